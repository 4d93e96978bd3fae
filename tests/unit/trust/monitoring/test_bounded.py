"""What the second stage reads of one prompt or reply has a bound; beyond it the first stage says all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shoal.trust.monitoring.bounded import CLOSER_CHARS, bounded
from shoal.trust.monitoring.cascade import load_cascade
from shoal.trust.monitoring.check import HarmCheck, Scale, Stretch
from shoal.trust.monitoring.joined import joined
from shoal.trust.monitoring.seam import Monitor, TwoStages
from shoal.trust.monitoring.tally import Tally
from shoal.trust.monitoring.texts import score
from tests.unit.trust.monitoring.scene import BAD, THRESHOLDS, MildMonitor, Seen

UNSURE = "hm, so so."


class CloseMonitor(MildMonitor):
    """Looks closer at texts with "hm", and notes how much that was."""

    def __init__(self) -> None:
        super().__init__()
        self.closer: list[str] = []

    def quick(self, texts: Sequence[str]) -> Sequence[Seen] | None:
        return None if any("hm" in text for text in texts) else super().scores(texts)

    def scores(self, texts: Sequence[str]) -> Sequence[Seen]:
        self.closer += [text for text in texts if "hm" in text]
        return super().scores(texts)

    def without_encoder(self) -> MildMonitor:
        return MildMonitor()


class BatchMonitor(CloseMonitor):
    """Says of each text whether it would look closer."""

    def each(self, texts: Sequence[str]) -> list[Seen | None]:
        return [None if "hm" in text else MildMonitor().scores([text])[0] for text in texts]


@pytest.mark.parametrize("kind", [CloseMonitor, BatchMonitor])
@pytest.mark.parametrize(
    ("left", "read"), [(0, []), (9, []), (10, [0]), (31, [0, 2]), (32, [0, 2, 3]), (99, [0, 2, 3])]
)
def test_texts_are_looked_at_closer_up_to_the_bound(kind: type[CloseMonitor], left: int, read: list[int]) -> None:
    monitor = kind()
    texts = [UNSURE, f"You {BAD}", "hm, though", f"hm, {BAD}!"]
    assert [len(text) for text in texts if "hm" in text] == [10, 10, 12]
    verdicts = bounded(monitor, left).scores(texts)
    assert monitor.closer == [texts[at] for at in read]
    assert [verdict.scores for verdict in verdicts] == [seen.scores for seen in MildMonitor().scores(texts)]


def test_the_bound_counts_from_call_to_call() -> None:
    monitor = CloseMonitor()
    once = bounded(monitor, 25)
    for _ in range(5):
        once.scores([UNSURE])
    assert monitor.closer == [UNSURE] * 2
    once.scores(["hm"])
    assert monitor.closer == [UNSURE] * 2, "a rest that is too small is given up"
    assert once.held(BAD[:2]) == monitor.held(BAD[:2])


def test_a_monitor_of_one_stage_is_itself() -> None:
    monitor = MildMonitor()
    assert bounded(monitor) is monitor


def test_a_long_text_is_not_looked_at_throughout() -> None:
    long = "hm hm hm. " * 50_000
    most = CLOSER_CHARS - 1200
    monitor = BatchMonitor()
    HarmCheck(monitor, Scale(THRESHOLDS, cautious=False), Tally("enforce"), None).observe([Stretch(long[:400])] * 1250)
    assert most <= sum(map(len, monitor.closer)) <= CLOSER_CHARS
    monitor = BatchMonitor()
    score(monitor, [long])
    assert most <= sum(map(len, monitor.closer)) <= CLOSER_CHARS


def test_monitors_that_are_joined_say_when_one_looks_closer() -> None:
    first, other = CloseMonitor(), MildMonitor()
    both: Monitor = joined(first, [other])
    assert isinstance(both, TwoStages)
    assert both.quick([UNSURE]) is None
    assert first.closer == []
    (sure,) = both.quick([f"You {BAD}"]) or ()
    assert sure.scores == both.scores([f"You {BAD}"])[0].scores
    assert not isinstance(both.without_encoder(), TwoStages)
    assert not isinstance(joined(MildMonitor(), [other]), TwoStages)
    assert isinstance(joined(MildMonitor(), [first]), TwoStages)


def test_the_shipped_cascade_with_a_plug_in_looks_closer_in_a_thread() -> None:
    both = joined(load_cascade(), [MildMonitor()])
    assert isinstance(both, TwoStages)
    fine = ["The meeting is at ten."]
    assert [each.scores for each in both.quick(fine) or ()] == [each.scores for each in both.scores(fine)]
