"""The mode of each rule: the weakest of its own and both ceilings."""

from __future__ import annotations

import pytest

from shoal.config.defence import CanaryRules, Defence, InstructionRules
from shoal.config.table import Mode
from shoal.trust.defence.rules import Rules


@pytest.mark.parametrize(
    ("ceiling", "own", "rule", "expected"),
    [
        ("enforce", "enforce", "enforce", "enforce"),
        ("observe", "enforce", "enforce", "observe"),
        ("enforce", "observe", "enforce", "observe"),
        ("enforce", "enforce", "observe", "observe"),
        ("enforce", "observe", "off", "off"),
        ("off", "enforce", "enforce", "off"),
    ],
)
def test_modes(ceiling: Mode, own: Mode, rule: Mode, expected: Mode) -> None:
    assert Rules(Defence(mode=own, instructions=InstructionRules(mode=rule)), ceiling).instructions == expected


def test_the_strongest() -> None:
    assert Rules(Defence()).strongest == "enforce"
    assert Rules(Defence(), "off").strongest == "off"
    assert Rules(Defence(mode="observe", canary=CanaryRules(mode="off"))).strongest == "observe"
