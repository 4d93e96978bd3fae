"""Which requests ask for a summary, how long, about what."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.chat import Chat, Message, Passage, ShoalOptions
from shoal.models.specialists.wish import DEFAULT_WORDS, asks_for_summary, read_wish

TEXT = "The council met on Monday. " * 12


def chat(ask: str, *before: Message, **more: Any) -> Chat:
    return Chat("auto", (*before, Message.of("user", ask)), **more)


@pytest.mark.parametrize(
    "ask",
    [
        f"Summarize this:\n\n{TEXT}",
        f"Please summarise the following text in 50 words.\n{TEXT}",
        f"Can you give me a short summary of this article?\n\n{TEXT}",
        f"{TEXT}\n\nTL;DR",
        f"{TEXT}\nSummarize the above in three sentences.",
        f"Summarize: {TEXT}",
        f"Fasse den folgenden Text zusammen:\n{TEXT}",
        f"Résume ce texte :\n{TEXT}",
        f"Resume el texto:\n{TEXT}",
        f"Write a summary of the discussion about prices.\n{TEXT}",
    ],
)
def test_requests_for_a_summary(ask: str) -> None:
    assert asks_for_summary(chat(ask))


@pytest.mark.parametrize(
    "ask",
    [
        "",
        "Summarize.",
        "What is a summary?",
        "How do I summarize a table in SQL?",
        f"Translate this:\n{TEXT}",
        f"Who met on Monday?\n{TEXT}",
        "Write a function that summarizes a list of numbers.",
        f"What does the summary say?\n{TEXT}",
        "Where can I find the summary of benefits?",
        f"Explain the following text.\n{TEXT}",
        TEXT,
    ],
)
def test_other_requests(ask: str) -> None:
    assert not asks_for_summary(chat(ask))


def test_the_text_may_stand_elsewhere() -> None:
    passage = Passage("1", "c", "notes.md", "Notes", TEXT)
    assert asks_for_summary(chat("Summarize the notes.", passages=(passage,)))
    assert asks_for_summary(chat("Summarize that please.", Message.of("user", TEXT)))
    assert asks_for_summary(chat(TEXT, Message.of("system", "Summarize what the user sends.")))
    assert asks_for_summary(chat(TEXT, shoal=ShoalOptions(tags={"task": "summarize"})))


@pytest.mark.parametrize(
    ("instruction", "words", "sentences", "about"),
    [
        ("Summarize this", DEFAULT_WORDS, None, ""),
        ("Summarize this in 50 words", 50, None, ""),
        ("Give me a 30-word summary of this", 30, None, ""),
        ("Summarize this in three sentences", 2000, 3, ""),
        ("Summarize the whole meeting.", DEFAULT_WORDS, None, ""),
        ("Summarize in 2 bullet points of at most 40 words", 40, 2, ""),
        ("Summarize the discussion about prices and hiring", DEFAULT_WORDS, None, "prices hiring"),
    ],
)
def test_length_and_subject(instruction: str, words: int, sentences: int | None, about: str) -> None:
    wish = read_wish(chat(f"{instruction}\n\n{TEXT}"))
    assert (wish.words, wish.sentences, wish.about) == (words, sentences, about)
    assert wish.sources[0].text == TEXT.strip()


def test_max_tokens_bounds_the_words() -> None:
    assert read_wish(chat(f"Summarize:\n{TEXT}", options={"max_tokens": 40})).words == 30
    assert read_wish(chat(f"Summarize:\n{TEXT}", options={"max_tokens": True})).words == DEFAULT_WORDS


def test_a_request_without_a_text_has_no_source() -> None:
    assert read_wish(chat("Summarize this")).sources == ()
