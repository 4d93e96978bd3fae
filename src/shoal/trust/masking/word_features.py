"""What the token classifier sees of each token: hashed words and character pieces, and its shape; it knows no words.

Every number is computed for all tokens at once, in as few array operations as will do: their number is what a short
text costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.masking.tokens import (
    DIGIT,
    LETTER,
    LINE,
    MOST_WEIGHTS,
    SCRIPTS,
    SINGLE,
    UPPER,
    Tables,
    Tokens,
    mix,
    padded,
    weights_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint32]
    Places = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Marks = NDArray[np.bool_]

ENDS = (2, 3, 4)
"""Lengths of the prefixes and suffixes taken."""
INNER = 10
"""How many trigrams of a token are taken."""
PIECES = 2 * len(ENDS) + INNER
CASES, LENGTHS, GAPS = 10, 16, 4
SHAPES = CASES + LENGTHS + GAPS + SCRIPTS
"""Rows of the table of shapes."""


def _salts(*numbers: int) -> Hashes:
    return np.array([number * 0x9E3779B1 & 0xFFFFFFFF for number in numbers], np.uint32)


# The pieces, column by column: prefixes, suffixes, then trigrams from the first character on. Of how many characters
# each is, where it begins (from the token's first character, or from the one behind its last), and its salt.
_TAKEN = np.array([*ENDS, *ENDS, *[3] * INNER])
_BEGINS = np.array([*[0] * len(ENDS), *(-n for n in ENDS), *range(INNER)])
_LEAST = np.array([*ENDS, *ENDS, *range(3, 3 + INNER)])
_SALTS = _salts(*ENDS, *(n + 8 for n in ENDS), *[16] * INNER)
_LAPPING, _WORD = _salts(17), _salts(1)
# Small letters are counted in the low half of a number, capitals in the high one.
_COUNTS, _LOW, _HIGH = np.array([0, 1, 1 << 32]), np.array([(1 << 32) - 1]), np.array([32])
_OF_LETTERS = -1
_KINDS = {DIGIT: 6, LINE: 7, SINGLE: 9, LETTER: _OF_LETTERS}
_CASE_BY_KIND = np.array([_KINDS.get(kind, 0) for kind in range(8)])


def _case_of_letters(small: bool, single: bool, leads: bool, capitals: int) -> int:
    if not capitals:
        return 1 if small else 8
    if capitals == 1 and single:
        return 4
    if not small:
        return 3
    return 2 if leads and capitals == 1 else 5


# By whether there are small letters (1), there is one letter (2), it begins with a capital (4); capitals, up to 2 (8).
_CASE_OF_LETTERS = np.array([_case_of_letters(bool(at & 1), bool(at & 2), bool(at & 4), at >> 3) for at in range(24)])


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of the embedding tables: `word` (T,), `pieces` (T, PIECES) with 0 for none, `shape` (T, 4)."""

    word: Rows
    pieces: Rows
    shape: Rows


def describe(tokens: Tokens, tables: Tables, words: int, pieces: int) -> Features:
    """The features of all tokens, for tables of `words` and `pieces` rows (powers of two); row 0 is kept free."""
    if not len(tokens.start):
        return Features(np.zeros(0, np.int32), np.zeros((0, PIECES), np.int32), np.zeros((0, 4), np.int32))
    chars = tables.hashed.take(tokens.codes)
    first, lengths = padded(tokens.start), tokens.end - tokens.start
    return Features(
        _words(chars, first, lengths, tables, words),
        _pieces(chars, first, lengths, tokens.kind, pieces),
        _shapes(tokens, tables, first, lengths),
    )


def _words(chars: Hashes, first: Places, lengths: Places, tables: Tables, size: int) -> Rows:
    """One row per whole token, dependent on the order of its characters."""
    begin = int(first[0])
    edges = np.empty(2 * len(first), np.int64)
    edges[::2] = first
    edges[1::2] = first + lengths
    ends = np.empty(len(first) + 1, np.int64)
    ends[:-1], ends[-1] = first, len(chars)
    offset = np.arange(begin, len(chars)) - first.repeat(ends[1:] - ends[:-1])
    longest = int(lengths.max())
    weights = tables.weights if longest <= MOST_WEIGHTS else weights_of(longest)
    weighed = weights.take(offset, mode="clip")  # of the blanks behind a token nothing is read
    weighed *= chars[begin:]
    edges -= begin
    hashes = np.add.reduceat(weighed, edges)[::2]
    return _rows(hashes + _WORD, size)


def _pieces(chars: Hashes, first: Places, lengths: Places, kind: NDArray[np.uint8], size: int) -> Rows:
    """Prefixes, suffixes, trigrams; of a token of one character (Han, kana, Hangul) those that lap over its borders."""
    count = len(chars)
    grams = _grams(chars)
    places = first[:, None] + (_BEGINS + (_TAKEN - ENDS[0]) * count)
    places[:, len(ENDS) : 2 * len(ENDS)] += lengths[:, None]
    hashes = grams.take(places, mode="clip")
    hashes += _SALTS
    there = lengths[:, None] >= _LEAST
    single = (kind == SINGLE).nonzero()[0]
    if len(single):
        there[single, : 2 * len(ENDS) + 1] = True
        hashes[single, 2 * len(ENDS)] = grams.take(first[single] - 1 + count) + _LAPPING
    rows = _rows(hashes, size)
    rows *= there
    return rows


def _rows(hashes: Hashes, size: int) -> Rows:
    """Rows 1..size-1."""
    mix(hashes)
    hashes %= np.uint32(size - 1)
    rows = hashes.astype(np.int32)
    rows += np.int32(1)
    return rows


def _grams(chars: Hashes) -> Hashes:
    """For n = 2, 3, 4 the hash of the n characters from each place on, one after the other."""
    count = len(chars)
    grams = np.empty(len(ENDS) * count, np.uint32)
    before = chars
    for at, n in enumerate(ENDS):
        row = grams[at * count : (at + 1) * count]
        np.multiply(before, np.uint32(31), out=row)
        row[: 1 - n] += chars[n - 1 :] * np.uint32(2 * n + 1)
        before = row
    return grams


def _shapes(tokens: Tokens, tables: Tables, first: Places, lengths: Places) -> Rows:
    """Case, length, blanks before (3: a text begins; texts are joined by NUL), script: rows of the table of shapes."""
    shapes = np.empty((len(first), 4), np.int32)
    shapes[:, 0] = _cases(tokens, tables, first, lengths)
    shapes[:, 1] = np.minimum(lengths, LENGTHS - 1) + CASES
    gaps = np.where(tokens.codes.take(first - 1) == 0, 3, tokens.spaces)
    shapes[:, 2] = gaps + (CASES + LENGTHS)
    shapes[:, 3] = tables.script.take(tokens.codes.take(first))
    shapes[:, 3] += CASES + LENGTHS + GAPS
    return shapes


def _cases(tokens: Tokens, tables: Tables, first: Places, lengths: Places) -> Places:
    """0 symbol, 1 lower, 2 Title, 3 UPPER, 4 one capital, 5 mIxed, 6 digits, 7 line end, 8 caseless, 9 one of many."""
    cases = tables.case.take(tokens.codes)
    total = np.add.accumulate(_COUNTS.take(cases))
    counted = total.take(first + lengths - 1) - total.take(first - 1)
    code = np.minimum(counted >> _HIGH, 2) << 3
    code += (counted & _LOW) > 0
    code += (lengths == 1) << 1
    code += (cases.take(first) == UPPER) << 2
    by_kind = _CASE_BY_KIND.take(tokens.kind)
    return np.where(by_kind == _OF_LETTERS, _CASE_OF_LETTERS.take(code), by_kind)
