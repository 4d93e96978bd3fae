"""What the steps of the outer ring take is in the record: guards and the search in collections, no calls of a model."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

import pytest

from shoal.call import OWN_HOST, ModelCard, Purpose
from shoal.chat import Chat, Message, Piece, Usage
from shoal.config import Settings
from shoal.config.trust import TrustRules
from shoal.errors import MaskingFailed
from shoal.impacts import Tier
from shoal.metering.own import GUARDS, RETRIEVAL
from shoal.metering.start import open_metering
from shoal.metering.step import MeteringStep
from shoal.models.specialists.specialist import Specialist
from shoal.stores.ledger import Record
from shoal.testing import ScriptedModel
from shoal.trust.monitoring.step import MonitoringStep
from tests.unit.outer_ring import Outer
from tests.unit.trust.monitoring.scene import MildMonitor

MODEL = ScriptedModel(["fine, ", "anna@example.org"], name="m", usage=Usage(7, 2, cpu_s=0.5))
JUDGED_S = 0.05
MASKED = (Message.of("user", "write to anna@example.org"),)


def metering() -> MeteringStep:
    return open_metering(Settings(), [MODEL.card])


def own(record: Record) -> dict[str, float]:
    """CPU seconds of what was no call."""
    return {each.model: each.usage.cpu_s for each in record.attempts if each.host == OWN_HOST}


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_guards_are_a_line_of_their_own_and_in_the_sum(mode: str) -> None:
    outer = Outer(MODEL, trust=TrustRules.model_validate({"mode": mode}), metering=metering())
    outer.ask("m", messages=MASKED)
    (record,) = outer.records
    assert set(own(record)) == {GUARDS}
    assert own(record)[GUARDS] > 0
    (call,) = record.calls
    guards = record.attempts[-1]
    assert (guards.purpose, guards.outcome, guards.facts) == (Purpose.GUARD, "ok", call.facts)
    energies = [each.impacts.energy_wh for each in record.attempts if each.impacts is not None]
    assert record.impacts is not None
    assert record.impacts.energy_wh is not None
    assert record.impacts.energy_wh.expected == pytest.approx(sum(each.expected for each in energies if each))
    assert record.impacts.tier is Tier.MODELLED
    assert record.usage().completion_tokens == 2


def test_where_nothing_is_guarded_there_is_no_line() -> None:
    outer = Outer(MODEL, metering=metering())
    outer.ask("m")
    assert own(outer.records[0]) == {}


def test_without_metering_nothing_is_timed() -> None:
    outer = Outer(MODEL, trust=TrustRules())
    outer.ask("m", messages=MASKED)
    assert own(outer.records[0]) == {}


def test_a_search_is_a_line_of_its_own() -> None:
    outer = Outer(MODEL, metering=metering())
    outer.ask("m", collections=("docs",))
    (record,) = outer.records
    assert set(own(record)) == {RETRIEVAL}
    assert record.attempts[-1].purpose is Purpose.RETRIEVE


def test_a_request_that_a_guard_ended_took_what_the_guard_took() -> None:
    class Broken:
        types = frozenset({"EMAIL"})

        def find(self, text: str) -> list[object]:
            raise KeyError("no")

    outer = Outer(MODEL, trust=TrustRules(), recognizers=(Broken(),), metering=metering())
    with pytest.raises(MaskingFailed):
        outer.ask("m", messages=MASKED)
    (record,) = outer.records
    assert record.calls == []
    assert set(own(record)) <= {GUARDS}
    assert record.impacts is not None
    assert record.impacts.energy_wh is not None
    assert record.impacts.energy_wh.expected < 0.001


class Clock:
    """A clock of each thread's own that goes on where somebody works there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._at: dict[int, float] = defaultdict(float)
        monkeypatch.setattr(time, "thread_time", lambda: self._at[threading.get_ident()])

    def work(self, seconds: float) -> None:
        self._at[threading.get_ident()] += seconds


@pytest.mark.parametrize("threaded", [False, True])
def test_an_embedded_judge_is_counted_once(threaded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    def judged(chat: Chat) -> Piece:
        clock.work(JUDGED_S)
        return Piece.of('{"harmful": []}')

    judge = Specialist(ModelCard("judge", "general", "specialist"), judged, threaded=threaded)
    rules = TrustRules.model_validate({"monitoring": {"judge": "judge"}})
    cards = [MODEL.card, judge.card]
    answering = ScriptedModel(["This is perhaps a threat. And more."], name="m")
    outer = Outer(
        *(answering, judge),
        monitoring=MonitoringStep(rules, monitor=MildMonitor()),
        metering=open_metering(Settings(), cards),
    )
    outer.ask("m")
    (record,) = outer.records
    asked = [each for each in record.calls if each.model == "judge"]
    assert asked
    assert {each.purpose for each in asked} == {Purpose.GUARD}
    assert [each.usage.cpu_s for each in asked] == pytest.approx([JUDGED_S] * len(asked))
    # The guards took what they took, and not the judge's seconds once more.
    assert own(record).get(GUARDS, 0.0) == pytest.approx(0.0, abs=1e-9)
