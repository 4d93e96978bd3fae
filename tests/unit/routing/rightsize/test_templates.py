"""Prompt templates: which asks and system prompts a program wrote."""

from __future__ import annotations

import pytest

from shoal.routing.rightsize.templates import FEWEST_ASKS, lead, of_asks, of_systems, tail

PERSON = "<PERSON_abcdefg234567>"


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ("Translate to French: hello", "translate to french"),
        ("Ticket 4711 of 2026-11-22: hello", "ticket _ of _-_-_"),
        (f"Dear {PERSON}: hello", ""),  # one word is no instruction
        (f"Message of {PERSON}: hello", "message of _"),
        ("Summarise this\nhello", "summarise this"),
        ("hello", ""),
        ("x: y", ""),
        ("", ""),
        ("w " * 300 + ": far too long", ""),
    ],
)
def test_the_lead_is_what_stands_before_the_first_colon_or_line_break(ask: str, expected: str) -> None:
    assert lead(ask) == expected


@pytest.mark.parametrize(
    ("ask", "expected"),
    [("a text\n\nSummarise the above.\n", "summarise the above."), ("one line", ""), ("a\nb", "")],
)
def test_the_tail_is_the_last_of_several_lines(ask: str, expected: str) -> None:
    assert tail(ask) == expected


def test_rare_leads_are_no_templates() -> None:
    said = ["Translate to French: a"] * FEWEST_ASKS + ["My card number: 12"] * (FEWEST_ASKS - 1)
    assert of_asks(said) == ["translate to french"] * FEWEST_ASKS + [""] * (FEWEST_ASKS - 1)


def test_system_prompts_that_differ_in_a_slot_are_one() -> None:
    usual = "You are the assistant of a bank. Answer in one sentence. Today is Monday."
    other = usual.replace("Monday", "Friday")
    assert of_systems([usual, usual, other]) == ["", "", ""]  # fewer than a template has
    assert of_systems([usual] * 4 + [other] * 3) == [usual] * 7
    assert len(set(of_systems([usual] * 5 + ["Write poems about the sea for children."] * 5))) == 2


def test_system_prompts_around_looked_up_texts_are_one_template() -> None:
    words = [chr(97 + at % 26) * (2 + at) for at in range(200)]
    prompts = [
        f"Answer from the passages below, and cite them. {' '.join(words[at : at + 30])}" for at in range(0, 160, 31)
    ]
    assert set(of_systems(prompts)) == {"Answer from the passages below, and cite them."}


def test_no_system_prompt_is_no_template() -> None:
    assert of_systems(["", "", ""]) == ["", "", ""]
