"""What `auto` takes a request for."""

from __future__ import annotations

import pytest

from shoal.chat import Chat, Message, Passage, ShoalOptions
from shoal.models.specialists.catalogue import load_all, may_be_looked_up

TEXT = (
    "The council met on Tuesday to discuss the new bridge over the river. Members agreed that the old one is unsafe. "
)
PASSAGES = (Passage("1", "c", "a.md", "A", TEXT * 3),)


@pytest.mark.parametrize(
    ("ask", "collections", "expected"),
    [
        ("How do I add a host?", None, {"shoal/answer"}),
        ("How do I add a host?", ("docs",), {"shoal/answer"}),
        ("Summarize the French revolution", None, {"shoal/answer"}),
        ("Summarize the handbook", ("docs",), {"shoal/summarize"}),
        (f"Summarize in 20 words: {TEXT * 3}", None, {"shoal/summarize"}),
        ("Classify this message: where is my card?", None, {"shoal/triage-banking"}),
    ],
)
def test_which_specialists_suit(ask: str, collections: tuple[str, ...] | None, expected: set[str]) -> None:
    chat = Chat("auto", (Message.of("user", ask),), passages=PASSAGES, shoal=ShoalOptions(collections=collections))
    assert {name for name, specialist in load_all().items() if specialist.suits(chat)} == expected
    assert may_be_looked_up(chat) is (expected == {"shoal/answer"})
