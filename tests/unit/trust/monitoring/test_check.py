"""The check for harm where its monitor has two stages: the second is work for a thread, and nothing counts twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from shoal.errors import GuardFailed
from shoal.trust.monitoring.beside import Beside
from shoal.trust.monitoring.check import AT_ONCE, HarmCheck, Scale, Stretch
from shoal.trust.monitoring.seam import TwoStages
from shoal.trust.monitoring.tally import Tally
from tests.unit.trust.monitoring.scene import BAD, THRESHOLDS, MildMonitor, Seen


class SlowMonitor(MildMonitor):
    """Looks closer at texts with "hm"; it notes where each was scored."""

    def __init__(self) -> None:
        super().__init__()
        self.where: dict[str, int] = {}

    def quick(self, texts: Sequence[str]) -> Sequence[Seen] | None:
        return None if any("hm" in text for text in texts) else self.scores(texts)

    def scores(self, texts: Sequence[str]) -> Sequence[Seen]:
        self.where |= dict.fromkeys(texts, threading.get_ident())
        return super().scores(texts)

    def without_encoder(self) -> MildMonitor:
        return MildMonitor()


class BrokenMonitor(SlowMonitor):
    """Its second stage fails."""

    def scores(self, texts: Sequence[str]) -> Sequence[Seen]:
        if any("hm" in text for text in texts):
            raise RuntimeError("no network")
        return super().scores(texts)


def check(monitor: MildMonitor) -> tuple[HarmCheck, Tally]:
    tally = Tally("enforce")
    return HarmCheck(monitor, Scale(THRESHOLDS, cautious=False), tally, None), tally


def found(harm: HarmCheck, *texts: str) -> list[str | None]:
    """The category of each text that may not pass."""
    findings = asyncio.run(harm.find([Stretch(text) for text in texts], None))
    return [finding.over[0] if finding.over else None for finding in findings]


def test_the_monitor_of_the_tests_has_two_stages() -> None:
    assert isinstance(SlowMonitor(), TwoStages)
    assert not isinstance(MildMonitor(), TwoStages)


@pytest.mark.parametrize(
    ("texts", "aside"),
    [
        (["fine"], False),
        (["fine", BAD], False),
        (["hm"], True),
        (["fine", f"hm {BAD}"], True),
        (["fine"] * (AT_ONCE + 1), True),
    ],
)
def test_what_takes_long_is_scored_in_a_thread(texts: list[str], aside: bool) -> None:
    monitor = SlowMonitor()
    harm, tally = check(monitor)
    assert found(harm, *texts) == ["violence" if BAD in text else None for text in texts]
    assert (threading.get_ident() not in monitor.where.values()) is aside
    assert tally.texts == len(texts)
    assert tally.over == ({"violence": 1} if any(BAD in text for text in texts) else {})


def test_a_second_look_at_the_sentence_alone_may_be_what_takes_long() -> None:
    monitor = SlowMonitor()
    harm, tally = check(monitor)
    stretch = Stretch(f"hm, {BAD}", before="All is well. ")
    (finding,) = asyncio.run(harm.find([stretch], None))
    assert finding.over == ("violence", 0.99)
    assert not finding.joint
    assert tally.texts == 1
    assert tally.over == {"violence": 1}


def test_a_second_stage_that_fails_lets_nothing_pass() -> None:
    harm, tally = check(BrokenMonitor())
    assert found(harm, "fine") == [None]
    with pytest.raises(GuardFailed):
        found(harm, "hm")
    assert tally.failed == 1


def test_what_is_only_observed_is_scored_in_full() -> None:
    monitor = SlowMonitor()
    harm, tally = check(monitor)
    harm.observe([Stretch(f"hm {BAD}")])
    assert tally.over == {"violence": 1}


def test_what_is_only_observed_waits_for_a_thread_where_it_takes_long() -> None:
    monitor = SlowMonitor()
    harm, tally = check(monitor)

    async def observed() -> bool:
        beside = Beside()
        beside.harm(harm, [Stretch(f"hm {BAD}")])
        task = beside.finish()
        if task is None:
            return False
        await task
        return True

    assert asyncio.run(observed())
    assert threading.get_ident() not in monitor.where.values()
    assert (tally.texts, tally.over) == (1, {"violence": 1})


@pytest.mark.parametrize(("text", "done"), [(BAD, True), ("hm", False)])
def test_little_that_is_only_observed_is_counted_at_once(text: str, done: bool) -> None:
    harm, tally = check(SlowMonitor())
    assert harm.observe_at_once([Stretch(text)]) is done
    assert tally.texts == int(done)
