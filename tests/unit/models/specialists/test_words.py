"""Splitting and stemming."""

from __future__ import annotations

import pytest

from shoal.models.specialists.words import STOP_WORDS, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t panic!", ["don't", "panic"]),
        ("PLOVER_METRICS_TOKEN maxSize", ["plover", "metrics", "token", "max", "size"]),
        ("10,000 at 2:30", ["10000", "at", "2:30"]),
        ("", []),
        ("???", []),
        ("Größe", ["größe"]),
        ("ask <US_SSN_k7f3m2qa.2> and <user_question>", ["ask", "us", "ssn", "and", "user", "question"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("delete", "deletes", "deleted", "deleting"),
        ("stop", "stops", "stopped", "stopping"),
        ("city", "cities"),
        ("box", "boxes"),
        ("carry", "carries", "carried", "carrying"),
        ("call", "calls", "called", "calling"),
        ("pass", "passes", "passed", "passing"),
        ("user", "users", "user's"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("bus", "bu"), ("need", "ne"), ("sing", "s"), ("speed", "spe")])
def test_what_only_looks_like_an_ending_stays(one: str, other: str) -> None:
    assert stem(one) != other


def test_content_leaves_out_what_has_no_topic() -> None:
    assert [stem(word) for word in words("How do I delete the keys?") if word not in STOP_WORDS] == ["delet", "key"]
