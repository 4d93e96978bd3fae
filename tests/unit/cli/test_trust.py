"""`shoal trust test`: figures for a labelled file, where it is weakest, and no text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.cli.conftest import Shell

PATTERNS = '[trust.masking]\ntier = "patterns"\nmode = "off"\n'
MAIL = "jane@example.org"


def row(text: str, *marked: tuple[str, str], **more: str) -> dict[str, Any]:
    spans = [
        {
            "entity_type": kind,
            "entity_value": value,
            "start_position": (at := text.index(value)),
            "end_position": at + len(value),
        }
        for kind, value in marked
    ]
    return {"full_text": text, "spans": spans, **more}


ROWS = [
    *(row(f"Please write to {MAIL} today", ("EMAIL_ADDRESS", MAIL), language="en", kind="mail") for _ in range(8)),
    *(row("Bitte an Jana Beispiel senden", ("PERSON", "Jana Beispiel"), language="de", kind="chat") for _ in range(6)),
    row(f"Not marked: {MAIL}", language="en", kind="chat"),
]


@pytest.fixture
def labelled(shell: Shell) -> Shell:
    shell.write("shoal.toml", PATTERNS)
    shell.write("rows.json", json.dumps(ROWS))
    return shell


def test_figures_by_type_and_of_any_type(labelled: Shell) -> None:
    told = labelled("trust", "test", "rows.json", "--json").json()
    assert (told["texts"], told["tier"]) == (15, "patterns")
    assert told["types"]["PERSON"]["recall"] == 0
    mail = told["types"]["EMAIL_ADDRESS"]
    assert (mail["matched"], mail["found"], mail["labelled"], mail["recall"]) == (8, 9, 8, 1)
    assert mail["precision"] == round(8 / 9, 4)
    assert mail["f2"] == round(5 * (8 / 9) / (4 * 8 / 9 + 1), 4)
    assert (told["pii"]["labelled"], told["pii"]["recall"]) == (14, round(8 / 14, 4))
    assert set(told["groups"]) == {"language en", "language de", "kind mail", "kind chat"}


def test_the_weakest_are_named_and_no_text_is_shown(labelled: Shell) -> None:
    said = labelled("trust", "test", "rows.json")
    assert said.code == 0, said.err
    assert "15 texts, 14 marked spans, tier patterns" in said.out
    assert "EMAIL_ADDRESS\t0.889\t1.000\t" in said.out
    assert "so much is found: PERSON 0.00" in said.out
    assert "Weakest groups: kind chat 0.00, language de 0.00" in said.out
    assert "jana" not in said.out.lower()
    assert MAIL not in said.out


@pytest.mark.parametrize(
    ("held", "said"),
    [("{", "is no JSON"), ("[]", "at least one"), ('[{"full_text": 5}]', "row 1"), ('[{"full_text": "x"}]', "spans")],
)
def test_a_file_that_is_wrong_is_named_by_its_row(shell: Shell, held: str, said: str) -> None:
    shell.write("rows.json", held)
    found = shell("trust", "test", "rows.json", "--tier", "patterns")
    assert (found.code, found.out) == (1, "")
    assert said in found.err
    assert shell("trust", "test", "absent.json").code == 1


def test_own_lists_count(labelled: Shell) -> None:
    labelled.write("shoal.toml", PATTERNS + 'deny = { PERSON = ["Jana Beispiel"] }\n')
    assert labelled("trust", "test", "rows.json", "--json").json()["types"]["PERSON"]["recall"] == 1
