"""Folding: what it folds to, and the way back to the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.text.normalise import Normaliser

CASES = [
    ("plain ASCII 123", "plain ASCII 123"),
    ("１２３－４５", "123-45"),
    ("jos\u00e9@exa\u200bmple.com", "jose@example.com"),
    ("jose\u0301", "jose"),
    ("\u202e4111\u202c", "4111"),
    ("٤٥٦ ۷۸ ९", "456 78 9"),
    ("аdmin@ехаmple.com", "admin@example.com"),  # Cyrillic а, е, х
    ("𝟒𝟏𝟏𝟏 Ⅷ ﬁ", "4111 VIII fi"),
    ("a\u00a0b\u2003c – d — e − f", "a b c - d - e - f"),
    ("O’Neil", "O'Neil"),
    ("身份证号：１１", "身份证号:11"),
    ("Straße", "Straße"),
    ("nº123, №456", "n°123, #456"),
]


@pytest.mark.parametrize(("text", "folded"), CASES)
def test_folds(text: str, folded: str) -> None:
    assert Normaliser().fold(text).text == folded


def test_what_is_found_is_where_it_was() -> None:
    text = "Tel\u200b. ＋４９ 1"
    folded = Normaliser().fold(text)
    at = folded.text.index("+49")
    start, end = folded.span(at, at + 3)
    assert text[start:end] == "＋４９"


def test_an_escape_is_covered_whole() -> None:
    text = "p=%2B49%29."
    folded = Normaliser().fold(text)
    assert folded.text == "p=+49)."
    start, end = folded.span(2, 6)
    assert text[start:end] == "%2B49%29"


def test_letters_beyond_ascii_are_told_from_marks() -> None:
    assert Normaliser().fold("ßx").latin == b"\xe9x"
    assert Normaliser().fold("号1").latin == b"\xbf1"
    assert Normaliser().fold("“1").latin == b"\xa01"


@given(st.text(max_size=200))
def test_every_character_has_a_place(text: str) -> None:
    folded = Normaliser().fold(text)
    assert len(folded.latin) == len(folded.text)
    places = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


def test_hostile_text_folds() -> None:
    Normaliser().fold("\ud800 lone \udfff" + "\u0301" * 5000 + "ﷺ" * 1000)
