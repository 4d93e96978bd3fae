"""What rules stopped, or would have: one row for each rule, kind of text and fate."""

from __future__ import annotations

from typing import Any

from shoal.cli.first_day_stops import Stops
from tests.unit.cli.conftest import Shell
from tests.unit.cli.test_report import fill


def monitored(direction: str, category: str, score: float, mode: str = "observe") -> dict[str, Any]:
    found = {"mode": mode, "texts": 1, "stopped": {"category": category, "score": score}}
    return {"mode": "observe", "monitoring": {direction: found}}


BLOCKED = {"mode": "enforce", "action": "block", "looked": 1, "found": 1, "score": 0.9}
STRIPPED = {"mode": "observe", "action": "strip", "looked": 9, "found": 2, "score": 0.8, "doubt": 0.5}
LEAKED = {"mode": "enforce", "action": "block", "looked": 1, "found": 1}


def test_exchanges_are_summed_by_rule_text_and_fate() -> None:
    stops = Stops()
    for trust in (
        monitored("prompts", "violence", 0.9),
        monitored("prompts", "violence", 0.6),
        monitored("replies", "hate", 0.75, "enforce"),
        {"mode": "off", "defence": {"mode": "enforce", "jailbreak": BLOCKED, "instructions": STRIPPED}},
        {"mode": "off", "defence": {"mode": "enforce", "canary": LEAKED, "jailbreak": {**BLOCKED, "found": 0}}},
        {"mode": "off"},
    ):
        stops.add(trust)
    rows = [(row.what, row.rule, row.exchanges, round(row.doubt, 2), row.fate) for row in stops.ordered()]
    assert rows == [
        ("prompt", "violence", 2, 0.5, "would have been stopped"),
        ("data", "instructions", 1, 0.2, "would have been changed"),
        ("prompt", "jailbreak", 1, 0.1, "stopped"),
        ("reply", "canary", 1, 0.0, "stopped"),
        ("reply", "hate", 1, 0.25, "stopped"),
    ]


def test_sentences_of_grounded_answers_are_counted() -> None:
    stops = Stops()
    account = {"mode": "observe", "sentences": 7, "unsupported": 2}
    stops.add({"mode": "off", "monitoring": {"groundedness": account}})
    assert stops.wire() == {"rules": [], "grounded_sentences": 7, "not_in_the_sources": 2}


def test_the_report_says_what_would_have_been_stopped(shell: Shell) -> None:
    fill(shell, (monitored("prompts", "violence", 0.9), ("lab",)), (monitored("prompts", "violence", 0.7), ("lab",)))
    said = shell("report", "first-day").out
    assert "prompt\tviolence\t2\t0.4\twould have been stopped\n" in said
    assert "an estimate of the false alarms" in said
    (row,) = shell("report", "first-day", "--json").json()["stops"]["rules"]
    assert (row["exchanges"], row["probably_wrong"], row["enforced"]) == (2, 0.4, False)


def test_where_nothing_was_stopped_nothing_is_said(shell: Shell) -> None:
    fill(shell, ({"mode": "observe"}, ("lab",)))
    assert "probably wrong" not in shell("report", "first-day").out
