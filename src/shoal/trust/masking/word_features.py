"""What the token classifier sees of each token: hashed words and character pieces, and its shape; it knows no words.

Every number is computed for all tokens at once, so that the cost of a text is some tens of array operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.masking.tokens import DIGIT, LETTER, LINE, LOWER, SCRIPTS, SINGLE, UPPER, Tables, Tokens, padded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint32]
    Rows = NDArray[np.int32]

ENDS = (2, 3, 4)
"""Lengths of the prefixes and suffixes taken."""
INNER = 10
"""How many trigrams of a token are taken."""
PIECES = 2 * len(ENDS) + INNER
CASES, LENGTHS, GAPS = 10, 16, 4
SHAPES = CASES + LENGTHS + GAPS + SCRIPTS
"""Rows of the table of shapes."""


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of the embedding tables: `word` (T,), `pieces` (T, PIECES) with 0 for none, `shape` (T, 4)."""

    word: Rows
    pieces: Rows
    shape: Rows


def describe(tokens: Tokens, tables: Tables, words: int, pieces: int) -> Features:
    """The features of all tokens, for tables of `words` and `pieces` rows (powers of two); row 0 is kept free."""
    folded = tables.folded[tokens.codes].astype(np.uint32)
    grams = _grams(folded)
    return Features(
        _rows(_word_hashes(tokens, grams[1]), words, 1),
        _pieces(tokens, grams, pieces),
        _shapes(tokens, tables),
    )


def _mix(values: Hashes) -> Hashes:
    """Spreads the bits (the finaliser of a multiplicative hash)."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x7FEB352D)
    values = (values ^ (values >> np.uint32(15))) * np.uint32(0x846CA68B)
    return values ^ (values >> np.uint32(16))


def _rows(hashes: Hashes, size: int, salt: int) -> Rows:
    """Rows 1..size-1."""
    spread = _mix(hashes + np.uint32(salt * 0x9E3779B1 & 0xFFFFFFFF))
    return (spread % np.uint32(size - 1)).astype(np.int32) + 1


def _grams(folded: Hashes) -> dict[int, Hashes]:
    """For n = 1..4 the hash of the n characters from each place on."""
    found = {1: _mix(folded + np.uint32(0x51ED270B))}
    for n in range(2, max(ENDS) + 1):
        before = found[n - 1]
        after = np.zeros_like(before)
        after[: -(n - 1)] = found[1][n - 1 :]
        found[n] = before * np.uint32(31) + after * np.uint32(2 * n + 1)
    return found


def _word_hashes(tokens: Tokens, chars: Hashes) -> Hashes:
    """One hash per whole token, dependent on the order of its characters."""
    if not len(tokens.start):
        return np.zeros(0, np.uint32)
    lengths = tokens.end - tokens.start
    owner = np.repeat(np.arange(len(lengths)), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    weights = _mix(offset.astype(np.uint32) + np.uint32(77)) | np.uint32(1)
    return np.add.reduceat(chars[padded(tokens.start)[owner] + offset] * weights, np.cumsum(lengths) - lengths)


def _pieces(tokens: Tokens, grams: dict[int, Hashes], size: int) -> Rows:
    """Prefixes, suffixes, trigrams; of a token of one character (Han, kana, Hangul) those that lap over its borders."""
    lengths = tokens.end - tokens.start
    single = tokens.kind == SINGLE
    first, last = padded(tokens.start), padded(tokens.end)
    found = np.zeros((len(lengths), PIECES), np.int32)
    for at, n in enumerate(ENDS):
        there = (lengths >= n) | single
        found[:, at] = np.where(there, _rows(grams[n][first], size, n), 0)
        found[:, len(ENDS) + at] = np.where(there, _rows(grams[n][last - n], size, n + 8), 0)
    for at in range(INNER):
        there = np.flatnonzero(lengths >= at + 3)
        found[there, 2 * len(ENDS) + at] = _rows(grams[3][first[there] + at], size, 16)
    lapping = np.flatnonzero(single)
    found[lapping, 2 * len(ENDS)] = _rows(grams[3][first[lapping] - 1], size, 17)
    return found


def _shapes(tokens: Tokens, tables: Tables) -> Rows:
    """Case, length, blanks before (3: a text begins; texts are joined by NUL), script: rows of the table of shapes."""
    if not len(tokens.start):
        return np.zeros((0, 4), np.int32)
    lengths = tokens.end - tokens.start
    first = padded(tokens.start)
    case = np.minimum(_cases(tokens, tables, lengths), CASES - 1)
    gap = np.where(tokens.codes[first - 1] == 0, 3, tokens.spaces)
    script = tables.script[tokens.codes[first]].astype(np.int64)
    columns = [
        case,
        np.minimum(lengths, LENGTHS - 1) + CASES,
        gap + CASES + LENGTHS,
        script + CASES + LENGTHS + GAPS,
    ]
    return np.stack(columns, axis=1).astype(np.int32)


def _cases(tokens: Tokens, tables: Tables, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 symbol, 1 lower, 2 Title, 3 UPPER, 4 one capital, 5 mIxed, 6 digits, 7 line end, 8 caseless, 9 one of many."""
    counted = tables.case[tokens.codes]
    sums = [np.append(0, np.cumsum(counted == case)) for case in (LOWER, UPPER)]
    first, last = padded(tokens.start), padded(tokens.end)
    lower, upper = (total[last] - total[first] for total in sums)
    leads = counted[first] == UPPER
    rules = (
        (tokens.kind == DIGIT, 6),
        (tokens.kind == LINE, 7),
        (tokens.kind == SINGLE, 9),
        (tokens.kind != LETTER, 0),
        (lower + upper == 0, 8),
        (upper == 0, 1),
        ((upper == 1) & (lengths == 1), 4),
        (lower == 0, 3),
        (leads & (upper == 1), 2),
    )
    return np.select([rule for rule, _ in rules], [np.int64(number) for _, number in rules], default=np.int64(5))
