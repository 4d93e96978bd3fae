"""The step: rules of tenants under their ceilings, one monitor for all, plug-ins beside it."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.trust.monitoring.joined import joined
from shoal.trust.monitoring.rules import Rules
from shoal.trust.monitoring.seam import TwoStages
from shoal.trust.monitoring.step import MonitoringStep, Unasked
from tests.unit.trust.monitoring.scene import BAD, WORSE, MildMonitor, rules


@pytest.mark.parametrize(
    ("tables", "modes"),
    [
        ({}, ("observe", "enforce", "observe")),
        ({"mode": "observe"}, ("observe", "observe", "observe")),
        ({"mode": "off"}, ("off", "off", "off")),
        ({"monitoring": {"mode": "off"}}, ("off", "off", "observe")),
        ({"monitoring": {"mode": "observe", "prompts": "enforce"}}, ("observe", "observe", "observe")),
        ({"monitoring": {"prompts": "enforce", "replies": "off"}}, ("enforce", "off", "observe")),
        ({"groundedness": {"mode": "enforce"}}, ("observe", "enforce", "enforce")),
    ],
)
def test_the_weakest_mode_holds(tables: dict[str, Any], modes: tuple[str, str, str]) -> None:
    found = Rules.of(rules(**tables), "default", {})
    assert (found.prompts, found.replies, found.grounded) == modes
    assert found.judges == (set(modes[:2]) != {"off"})


def test_nothing_is_opened_or_loaded_where_all_is_off() -> None:
    step = MonitoringStep(rules(mode="off"))
    assert step.open("default") is None
    assert "monitor" not in vars(step)


def test_groundedness_alone_loads_no_monitor() -> None:
    step = MonitoringStep(rules(monitoring={"mode": "off"}))
    assert step.open("default") is not None
    assert step.open("default", grounded=False) is None
    assert "monitor" not in vars(step)
    assert "_first" not in vars(step)


def test_who_is_not_to_be_asked_says_so_rather_than_that_a_text_is_harmless() -> None:
    assert Unasked().held("Some") == 0
    with pytest.raises(AssertionError, match="judge nothing"):
        Unasked().scores(["Some text."])


def test_tenants_have_thresholds_of_their_own() -> None:
    tables = {
        "monitoring": {"thresholds": {"hate": 0.3}},
        "tenants": {"calm": {"monitoring": {"thresholds": {"hate": 0.9}}}},
    }
    step = MonitoringStep(rules(**tables), monitor=MildMonitor())
    assert step.rules("other").thresholds == {"violence": 0.5, "hate": 0.3}
    assert step.rules("calm").thresholds == {"violence": 0.5, "hate": 0.9}


def test_a_tenant_may_be_the_only_one_that_is_monitored() -> None:
    tables = {
        "monitoring": {"mode": "off"},
        "groundedness": {"mode": "off"},
        "tenants": {"one": {"monitoring": {"mode": "enforce"}}},
    }
    step = MonitoringStep(rules(**tables), monitor=MildMonitor())
    assert step.open("other") is None
    assert step.open("one") is not None


def test_monitors_of_plug_ins_count_beside_the_embedded_one() -> None:
    class Strict(MildMonitor):
        def held(self, text: str) -> int:
            return min(7, len(text))

    class Calm(MildMonitor):
        def _score(self, text: str) -> Any:
            return super()._score("")

    both = joined(Calm(thresholds={"violence": 0.6}), [Strict(thresholds={"violence": 0.4, "noise": 0.5})])
    assert both.thresholds == {"violence": 0.6, "noise": 0.5}
    worst, fine = both.scores([f"{BAD} {WORSE}", "Fine."])
    assert (worst.scores, round(worst.overall, 1)) == ({"violence": 0.99, "hate": 0.98}, 0.0)
    assert fine.scores == {"violence": 0.1, "hate": 0.0}
    assert both.held("something") == 7


def test_the_only_monitor_is_itself() -> None:
    monitor = MildMonitor()
    assert joined(monitor, []) is monitor


def test_the_encoder_can_be_switched_off_for_a_tenant() -> None:
    step = MonitoringStep(rules(tenants={"quick": {"monitoring": {"encoder": False}}}))
    whole, linear = step.monitor_of("other"), step.monitor_of("quick")
    assert whole is step.monitor
    assert isinstance(whole, TwoStages)
    assert isinstance(linear, TwoStages)
    text = "How do I get rid of them all, those people next door?"
    texts = [text, *(f"{text} {word}" for word in ("They stink.", "I hate them.", "They are vermin."))]
    assert linear.quick(texts) is not None
    assert any(whole.quick([each]) is None for each in texts)


def test_monitors_without_a_second_stage_are_the_same_for_all() -> None:
    step = MonitoringStep(rules(monitoring={"encoder": False}), monitor=MildMonitor())
    assert step.monitor_of("default") is step.monitor
