"""What counts as right in the demo: a table of cases."""

from __future__ import annotations

from typing import Any

import pytest

from demo.messages import Message
from demo.verdict import Answer, holds, is_right

DOCS = {"source": "guides/keys.md", "phrases": ["shoal keys create"]}
SUMMARY = {"words": 5, "phrases": ["the kettle"]}
CITED = ("guides/keys.md",)


def answer(text: str, model: str = "shoal/answer", sources: tuple[str, ...] = (), error: str = "") -> Answer:
    return Answer(text, model, 0.01, sources, None, error)


@pytest.mark.parametrize(
    ("kind", "label", "given", "right"),
    [
        ("triage", "change_pin", answer("change_pin", "shoal/triage-banking"), True),
        ("triage", "change_pin", answer(" change_pin\n", "big"), True),
        ("triage", "change_pin", answer("pin_blocked", "shoal/triage-banking"), False),
        ("triage", "change_pin", answer("The intent is change_pin.", "big"), False),
        ("triage", "change_pin", answer("I don't know", "auto"), False),
        ("out_of_scope", "out_of_scope", answer("change_pin", "shoal/triage-banking"), False),
        ("out_of_scope", "out_of_scope", answer("oos", "shoal/triage-clinc"), True),
        ("out_of_scope", "out_of_scope", answer("out_of_scope", "big"), True),
        ("out_of_scope", "out_of_scope", answer("I don't know", "auto"), True),
        ("docs", DOCS, answer("Run `shoal  keys create`. [1]", sources=CITED), True),
        ("docs", DOCS, answer("Run shoal keys create.", "big"), False),
        ("docs", DOCS, answer("Run shoal keys list. [1]", sources=CITED), False),
        ("docs", DOCS, answer("I don't know: shoal keys create", "auto"), False),
        ("summary", SUMMARY, answer("The kettle leaks.", "shoal/summarize"), True),
        ("summary", SUMMARY, answer("The kettle leaks and this is too long.", "shoal/summarize"), False),
        ("summary", SUMMARY, answer("The mugs are lovely.", "shoal/summarize"), False),
        ("large", "large", answer("A poem", "big"), True),
        ("large", "large", answer("A sentence", "shoal/answer"), False),
        ("large", "large", answer("I don't know", "auto"), True),
        ("large", "large", answer("", "", error="InternalServerError"), False),
        ("out_of_scope", "out_of_scope", answer("", "", error="BadRequestError"), False),
    ],
)
def test_is_right(kind: str, label: Any, given: Answer, right: bool) -> None:
    assert is_right(Message("1", "text", kind, label), given) is right


def test_holds_looks_through_marks_spaces_case_and_citation_numbers() -> None:
    assert holds('Set **`host = "0.0.0.0"`** in\n`[server]` [1].', ['host = "0.0.0.0" in [server]'])
    assert not holds("Set the port.", ["host"])


def test_who_answered() -> None:
    assert answer("", "auto").abstained
    assert not answer("", "auto", error="Timeout").abstained
    assert answer("", "shoal/answer").by_specialist
    assert not answer("", "big").by_specialist
