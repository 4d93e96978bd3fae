"""The lexicon: whole words, in any coat, and what a stream must hold back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import WeightsError
from shoal.trust.monitoring.lexicon import LEXICON_FILE, MILD, SEVERE, STRONG, Lexicon, Term
from shoal.tuning.harm_lexicon import forms, merged, write

TERMS = (
    Term("darn", ("profanity",), MILD),
    Term("blast you", ("hate", "profanity"), STRONG),
    Term("gadzooks", ("profanity",), SEVERE),
    Term("gadfly", ("hate",), MILD),
)
LEXICON = Lexicon(TERMS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("all is well", []),
        ("darn", ["darn"]),
        ("Well, DARN it.", ["darn"]),
        ("darned", []),
        ("a sock darns well", []),
        ("undarn", []),
        ("darn_it", ["darn"]),
        ("blast you!", ["blast you"]),
        ("blast\nyou!", ["blast you"]),
        ("blast yourself", []),
        ("d4rn", ["darn"]),
        ("g@dzook5", ["gadzooks"]),
        ("daaaaarn", ["darn"]),
        ("d a r n", ["darn"]),
        ("d.a.r.n!", ["darn"]),
        ("d-4-r-n", ["darn"]),
        ("dаrn", ["darn"]),  # a Cyrillic а
        ("da\u200brn", ["darn"]),
        ("dárn", ["darn"]),
        ("1 a 2 b 3", []),
        ("gadfly darn", ["gadfly", "darn"]),
    ],
)
def test_find(text: str, found: list[str]) -> None:
    assert [term.text for term in LEXICON.find(text)] == found


def test_severities_are_the_highest_of_each_category() -> None:
    assert LEXICON.severities("darn, blast you, gadfly") == {"hate": STRONG, "profanity": STRONG}
    assert LEXICON.severities("nothing") == {}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", 0),
        ("all is well", 0),
        ("it is d", 1),
        ("it is dar", 3),
        ("it is darn", 4),
        ("it is darns", 0),
        ("it is darn ", 0),
        ("oh blast", 5),
        ("oh blast y", 7),
        ("oh blast yo", 8),
        ("a g@d", 3),
        ("well d a r", 5),
        ("well d.a.", 4),
        ("gad\u200bf", 5),
        ("undar", 0),
    ],
)
def test_held(text: str, held: int) -> None:
    assert LEXICON.held(text) == held


@given(st.lists(st.sampled_from([*"adrng lyblstou", "darn", "blast you", "gadfly", ". "]), max_size=12))
def test_whatever_is_let_out_of_a_stream_is_no_part_of_a_term(pieces: list[str]) -> None:
    whole = "".join(pieces)
    for end in range(len(whole) + 1):
        out = end - LEXICON.held(whole[:end])
        for term in ("darn", "blast you", "gadfly"):
            for start in range(len(whole)):
                words = whole[start - 1 : start] if start else ""
                after = whole[start + len(term) : start + len(term) + 1]
                if whole.startswith(term, start) and not words.isalnum() and not after.isalnum():
                    inside = start < end < start + len(term)
                    assert not (inside and out > start)


@given(st.text(max_size=60))
def test_held_is_within_the_text(text: str) -> None:
    assert 0 <= LEXICON.held(text) <= len(text)
    list(LEXICON.find(text))


def test_long_text_of_a_single_word_or_of_single_letters() -> None:
    assert not list(LEXICON.find("a" * 200_000))
    assert not list(LEXICON.find("a " * 100_000))
    assert LEXICON.held("a" * 200_000) == 0


def test_terms_are_kept_in_a_file(tmp_path: Path) -> None:
    write(TERMS, tmp_path)
    assert b"darn" not in (tmp_path / LEXICON_FILE).read_bytes()
    loaded = Lexicon.load(tmp_path)
    assert len(loaded) == len(TERMS)
    assert loaded.severities("blast you") == {"hate": STRONG, "profanity": STRONG}


@pytest.mark.parametrize("held", [None, b"", b"\x1f\x8b", b"no gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff\xff\xff"])
def test_a_file_that_is_missing_or_damaged(tmp_path: Path, held: bytes | None) -> None:
    if held is not None:
        (tmp_path / LEXICON_FILE).write_bytes(held)
    with pytest.raises(WeightsError, match="lexicon"):
        Lexicon.load(tmp_path)


def test_a_term_does_not_show_itself() -> None:
    assert "darn" not in repr(TERMS[0])


def test_patterns_and_merging() -> None:
    assert forms("blast*you|blast-you") == ["blast you", "blast-you"]
    twice = [Term("darn", ("profanity",), MILD), Term("darn", ("hate",), SEVERE), Term("xx", ("hate",), MILD)]
    assert merged(twice) == [Term("darn", ("hate", "profanity"), SEVERE)]
