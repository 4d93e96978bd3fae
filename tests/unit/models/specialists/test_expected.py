"""What a question expects, and whether a sentence holds it."""

from __future__ import annotations

import pytest

from shoal.models.specialists.expected import Expected, asked, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does the pool open?", Expected.WHEN),
        ("how much does shipping cost", Expected.MONEY),
        ("How many stairs are there?", Expected.NUMBER),
        ("For how long are logs kept?", Expected.DURATION),
        ("How often should I clean it?", Expected.FREQUENCY),
        ("Where do I park?", Expected.WHERE),
        ("Who designed it?", Expected.WHO),
        ("Why is the tap shut?", Expected.WHY),
        ("How do I add a host?", Expected.HOW),
        ("Can I bring my dog?", Expected.YES_NO),
        ("What is a neap tide?", Expected.MEANING),
        ("which command makes a backup", Expected.COMMAND),
        ("how heavy is it", Expected.WEIGHT),
        ("how tall is the tower", Expected.LENGTH),
        ("what temperature", Expected.HEAT),
    ],
)
def test_asked(question: str, kind: Expected) -> None:
    assert kind in asked(question)


def test_nothing_is_expected_of_bare_words() -> None:
    assert asked("tower granite") == frozenset()


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("It opens at 6:30.", Expected.WHEN, True),
        ("It opens with a key.", Expected.WHEN, False),
        ("A shirt costs 3.50 euros.", Expected.MONEY, True),
        ("A shirt is white.", Expected.MONEY, False),
        ("Twelve workers came.", Expected.NUMBER, True),
        ("Logs are kept for 60 days.", Expected.DURATION, True),
        ("It is cleaned once a week.", Expected.FREQUENCY, True),
        ("It is shut because of frost.", Expected.WHY, True),
        ("It is shut.", Expected.WHY, False),
        ("The plans were drawn by Agnes Thorvald.", Expected.WHO, True),
        ("It weighs 16.4 kg.", Expected.WEIGHT, True),
        ("Heat the oven to 240 °C.", Expected.HEAT, True),
    ],
)
def test_holds(text: str, kind: Expected, expected: bool) -> None:
    assert holds(text, kind) is expected
