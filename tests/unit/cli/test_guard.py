"""`shoal guard test`: figures for a labelled file with the guards that ship, and no text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.cli.conftest import Shell

# Put together here, so that the file holds no such word.
CRUDE = "You are such a " + "".join(map(chr, (97, 115, 115, 104, 111, 108, 101)))
KIND = "Where is my parcel, and when will it come"


def row(text: str, kind: str = "user", **labels: bool) -> dict[str, Any]:
    return {"text": text, "kind": kind, "labels": labels}


ROWS = [
    *(row(f"{CRUDE} {number}.", profanity=True, jailbreak=False) for number in range(3)),
    *(row(f"{KIND} {number}?", profanity=False) for number in range(4)),
    row(f"{KIND}.", "reply", profanity=False, violence=False),
    row("The shop opens at nine.", "data", instructions=False),
]


@pytest.fixture
def labelled(shell: Shell) -> Shell:
    shell.write("rows.jsonl", "\n".join(map(json.dumps, ROWS)))
    return shell


def test_figures_of_every_rule_that_is_labelled(labelled: Shell) -> None:
    told = labelled("guard", "test", "rows.jsonl", "--json").json()
    assert (told["texts"], told["kinds"]) == (9, {"user": 7, "data": 1, "reply": 1})
    assert list(told["rules"]) == ["jailbreak", "instructions", "violence", "profanity"]
    found = told["rules"]["profanity"]
    assert (found["texts"], found["labelled"], found["recall"], found["precision"], found["auc"]) == (8, 3, 1, 1, 1)
    assert told["rules"]["instructions"]["false_alarms"] == 0
    assert told["rules"]["violence"]["auc"] is None


def test_the_thresholds_of_a_tenant_are_used(labelled: Shell) -> None:
    labelled.write("shoal.toml", "[trust.tenants.calm.monitoring.thresholds]\nprofanity = 1.0\n")
    told = labelled("guard", "test", "rows.jsonl", "--tenant", "calm", "--json").json()
    assert (told["rules"]["profanity"]["threshold"], told["rules"]["profanity"]["flagged"]) == (1.0, 0)


def test_it_is_said_in_words_without_the_texts(labelled: Shell) -> None:
    said = labelled("guard", "test", "rows.jsonl")
    assert said.code == 0, said.err
    assert "9 texts: 7 user, 1 data, 1 reply" in said.out
    assert "profanity\t8\t3\t3\t" in said.out
    assert "figures say little: jailbreak, instructions, violence, profanity" in said.out
    assert KIND not in said.out


def test_a_wrong_row_is_named(shell: Shell) -> None:
    shell.write("rows.jsonl", '{"text": "a", "labels": {"violent": true}}')
    said = shell("guard", "test", "rows.jsonl")
    assert said.code == 1
    assert "rows.jsonl, line 1: rule 'violent' of kind user" in said.err
