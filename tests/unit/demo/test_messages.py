"""The demo's messages keep to their form, and each kind is sent as its README says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from demo.messages import COLLECTION, KINDS, Message, intents, load, request
from demo.verdict import plain

DOCS = Path(__file__).resolve().parents[3] / "docs"
MESSAGES = load()


def test_counts() -> None:
    assert len(MESSAGES) == 300
    counts = Counter(message.kind for message in MESSAGES)
    assert counts == {"triage": 150, "out_of_scope": 40, "docs": 70, "summary": 20, "large": 20}
    assert set(counts) == set(KINDS)


def test_ids_and_texts_are_unique() -> None:
    assert len({message.id for message in MESSAGES}) == 300
    assert len({message.text for message in MESSAGES}) == 300


def test_all_77_intents_occur() -> None:
    assert len(intents(MESSAGES)) == 77


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.kind == "docs"], ids=lambda message: message.id)
def test_the_page_of_a_question_holds_one_of_its_key_phrases(message: Message) -> None:
    page = plain((DOCS / message.label["source"]).read_text(encoding="utf-8"))
    assert any(plain(phrase) in page for phrase in message.label["phrases"])


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.kind == "summary"], ids=lambda message: message.id)
def test_a_text_is_longer_than_its_summary_and_holds_the_phrases(message: Message) -> None:
    assert len(message.text.split()) > 2 * message.label["words"]
    assert all(plain(phrase) in plain(message.text) for phrase in message.label["phrases"])


def test_requests() -> None:
    names = ["card_arrival", "change_pin"]
    triage = request(Message("1", "Where is it?", "triage", "card_arrival"), names)
    assert [message["role"] for message in triage["messages"]] == ["system", "user"]
    assert "card_arrival, change_pin" in triage["messages"][0]["content"]
    assert request(Message("2", "Rain?", "out_of_scope", "out_of_scope"), names)["messages"][0] == triage["messages"][0]
    docs = request(Message("3", "Which port?", "docs", {}), names)
    assert docs["extra_body"] == {"shoal": {"collections": [COLLECTION]}}
    summary = request(Message("4", "Long.", "summary", {"words": 40}), names)
    assert summary["messages"] == [{"role": "user", "content": "Summarise this in at most 40 words:\n\nLong."}]
    large = request(Message("5", "Sing.", "large", "large"), names)
    assert large == {"messages": [{"role": "user", "content": "Sing."}]}
