"""Tokens and features: where tokens begin and end, and that the same token has the same features anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.tokens import MOST_WEIGHTS, Tables, build_tables, cut
from shoal.trust.masking.word_features import PIECES, SHAPES, describe

WORDS = PIECE_ROWS = 1 << 12


@pytest.fixture(scope="module")
def tables() -> Tables:
    return build_tables()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t ", []),
        ("Hi, I'm José", ["Hi", ",", "I", "'", "m", "José"]),
        ("12a Main St.", ["12", "a", "Main", "St", "."]),
        ("a\n\nb", ["a", "\n\n", "b"]),
        ("---- ok...", ["----", "ok", "..."]),
        ("我叫王明", ["我", "叫", "王", "明"]),
        ("김민수는", ["김", "민", "수", "는"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("a\ud800b", ["a", "\ud800", "b"]),
        ("x😀y", ["x", "😀", "y"]),
        ("Straße", ["Straße"]),
    ],
)
def test_cut(tables: Tables, text: str, expected: list[str]) -> None:
    tokens = cut(text, tables)
    assert [text[start:end] for start, end in zip(tokens.start, tokens.end, strict=True)] == expected


@given(st.text())
def test_tokens_are_in_order_and_leave_out_blanks_alone(text: str) -> None:
    tokens = cut(text, build_tables_once())
    edges = np.stack([tokens.start, tokens.end], axis=1).ravel()
    assert (np.diff(edges) >= 0).all()
    assert (tokens.end > tokens.start).all()
    covered = "".join(text[start:end] for start, end in zip(tokens.start, tokens.end, strict=True))
    assert "".join(covered.split()) == "".join(char for char in covered if not char.isspace())


_HELD: list[Tables] = []


def build_tables_once() -> Tables:
    if not _HELD:
        _HELD.append(build_tables())
    return _HELD[0]


def test_features_have_their_ranges(tables: Tables) -> None:
    tokens = cut("Dr. Anna Müller, 王明, 12345 Köln\n" * 20, tables)
    features = describe(tokens, tables, WORDS, PIECE_ROWS)
    count = len(tokens.start)
    assert features.word.shape == (count,)
    assert features.pieces.shape == (count, PIECES)
    assert features.shape.shape == (count, 4)
    assert 1 <= features.word.min() <= features.word.max() < WORDS
    assert 0 <= features.pieces.min() <= features.pieces.max() < PIECE_ROWS
    assert 0 <= features.shape.min() <= features.shape.max() < SHAPES


def test_case_and_accents_change_the_shape_alone(tables: Tables) -> None:
    plain, upper, accented = (
        describe(cut(text, tables), tables, WORDS, PIECE_ROWS) for text in ("jose", "JOSE", "josé")
    )
    for other in (upper, accented):
        assert (plain.word == other.word).all()
        assert (plain.pieces == other.pieces).all()
    assert (plain.shape != upper.shape).any()


def test_a_word_is_the_same_in_every_place_and_its_letters_order_counts(tables: Tables) -> None:
    words = describe(cut("stop pots stop\nstop", tables), tables, WORDS, PIECE_ROWS).word
    assert words[0] == words[2] == words[4]
    assert words[0] != words[1]


@pytest.mark.parametrize(
    ("text", "words", "pieces", "shape"),
    [
        (
            "Dr. Anna Müller, 王明\n",
            [1120, 3454, 2685, 2778, 2882, 3334, 2062, 2980],
            [4706, 0, 20705, 21254, 0, 15371, 16895, 0],
            [[2, 2, 3], [0, 1, 0], [2, 4, 1], [2, 6, 1], [0, 1, 0], [9, 1, 1], [9, 1, 0], [7, 1, 0]],
        ),
        (
            "ID x7 McKay 12\0\0\0\0 aB",
            [1088, 2839, 1657, 3398, 2976, 2630],
            [3817, 0, 0, 19930, 3848, 2377],
            [[3, 2, 3], [1, 1, 1], [6, 1, 0], [5, 5, 1], [6, 2, 1], [5, 2, 2]],
        ),
    ],
)
def test_the_shipped_weights_rest_on_these_rows(
    tables: Tables, text: str, words: list[int], pieces: list[int], shape: list[list[int]]
) -> None:
    """Another way of computing them must give the same: case, length and blanks of each token in `shape`."""
    found = describe(cut(text, tables), tables, WORDS, PIECE_ROWS)
    assert found.word.tolist() == words
    assert found.pieces.sum(axis=1).tolist() == pieces
    assert (found.shape[:, :3] - [0, 10, 26]).tolist() == shape


def test_a_word_longer_than_any_weight_that_is_held_has_a_row(tables: Tables) -> None:
    word = "ab" * MOST_WEIGHTS
    other = word[:-1] + "c"
    rows = describe(cut(f"{word} {other} {word}", tables), tables, WORDS, PIECE_ROWS).word
    assert rows[0] == rows[2] != rows[1]
