"""Cuts a text into tokens for the token classifier: letter runs, digit runs, symbols, line ends; it knows no language.

Scripts written without spaces (Han, kana) and Hangul, which glues particles to names, give one token per character.
"""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.uint32]
    Places = NDArray[np.int64]

SPACE, LETTER, DIGIT, SYMBOL, LINE, SINGLE = range(6)
LOWER, UPPER = 1, 2
BEYOND = 0xFFFF
"""Stands for every character past the basic plane (emoji, rare Han): a symbol."""
MOST_WEIGHTS = 1 << 13
_PAD = 8
# Arrays of one, since numpy is quicker with them than with numbers.
_BEYOND, _MOST_SPACES = np.array([BEYOND], np.uint32), np.array([2])
_MIXES = (
    (np.array([16], np.uint32), np.array([0x7FEB352D], np.uint32)),
    (np.array([15], np.uint32), np.array([0x846CA68B], np.uint32)),
)
_LAST_SHIFT = np.array([16], np.uint32)
_NATIVE = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
_SINGLES = ((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
_SCRIPTS = (
    (0x0080, 0x024F),
    (0x0370, 0x03FF),
    (0x0400, 0x052F),
    (0x0590, 0x05FF),
    (0x0600, 0x077F),
    (0x0900, 0x0DFF),
    (0x0E00, 0x0EFF),
    (0x3040, 0x309F),
    (0x30A0, 0x30FF),
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0x1E00, 0x1EFF),
)
SCRIPTS = len(_SCRIPTS) + 2
"""Script numbers: 0 ASCII, 1.. the blocks above, the last all others."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Per code point of the basic plane (65,536,): its kind, its case, its script, and the hash of its folded form;
    `weights` (MOST_WEIGHTS,) are those of a token's characters in order."""

    kind: NDArray[np.uint8]
    case: NDArray[np.uint8]
    script: NDArray[np.uint8]
    hashed: NDArray[np.uint32]
    weights: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text: `start`, `end` (T,) in code points, `kind` (T,); `codes` is the text with _PAD zeros on
    both sides, code points past the basic plane as BEYOND; `spaces` (T,) counts blanks before each token, up to 2."""

    codes: Codes
    start: Places
    end: Places
    kind: NDArray[np.uint8]
    spaces: Places


def build_tables() -> Tables:
    """The tables, from the interpreter's Unicode data (about 0.1 s)."""
    kind = np.fromiter((_kind(chr(code)) for code in range(0x10000)), np.uint8, 0x10000)
    case = np.fromiter((_case(chr(code)) for code in range(0x10000)), np.uint8, 0x10000)
    hashed = np.fromiter((_fold(code) for code in range(0x10000)), np.uint32, 0x10000)
    hashed += np.uint32(0x51ED270B)
    mix(hashed)
    script = np.full(0x10000, SCRIPTS - 1, np.uint8)
    script[:0x80] = 0
    for number, (low, high) in enumerate(_SCRIPTS, 1):
        script[low : high + 1] = number
    for low, high in _SINGLES:
        kind[low : high + 1] = SINGLE
    return Tables(kind, case, script, hashed, weights_of(MOST_WEIGHTS))


def cut(text: str, tables: Tables) -> Tokens:
    """The tokens of `text`; any text will do, lone surrogates included."""
    raw = np.frombuffer(text.encode(_NATIVE, "surrogatepass"), np.uint32)
    count = len(raw)
    codes = np.zeros(count + 2 * _PAD, np.uint32)
    np.minimum(raw, _BEYOND, out=codes[_PAD : _PAD + count])
    # One zero before the text and one behind it, which are blanks.
    inner = codes[_PAD - 1 : _PAD + count + 1]
    kinds = tables.kind.take(inner)
    blank = kinds == SPACE
    # A symbol goes on in the same symbol alone, and each of the single ones is by itself.
    begins = (kinds[1:] != kinds[:-1]) | ((kinds[1:] == SYMBOL) & (inner[1:] != inner[:-1])) | (kinds[1:] == SINGLE)
    begins &= ~blank[1:]
    start = begins.nonzero()[0]
    edges = np.empty(len(start) + 1, np.int64)
    edges[:-1], edges[-1] = start, count
    blanks = np.zeros(count + 1, np.int64)
    np.add.accumulate(blank[1:-1], dtype=np.int64, out=blanks[1:])
    before = blanks.take(edges)  # blanks only follow a token: within one there are none
    spaces = before[1:] - before[:-1]
    end = edges[1:] - spaces
    spaces[1:], spaces[:1] = spaces[:-1].copy(), before[:1]
    return Tokens(codes, start, end, kinds.take(start + 1), np.minimum(spaces, _MOST_SPACES))


def weights_of(count: int) -> NDArray[np.uint32]:
    """(count,) what each character of a token counts in its hash, by its place: odd numbers."""
    weights = np.arange(77, 77 + count, dtype=np.uint32)
    mix(weights)
    weights |= np.uint32(1)
    return weights


def mix(values: Codes) -> None:
    """Spreads the bits of 32-bit hashes, in place (the finaliser of a multiplicative hash)."""
    for shift, factor in _MIXES:
        values ^= values >> shift
        values *= factor
    values ^= values >> _LAST_SHIFT


def padded(places: Places) -> Places:
    """Places in `Tokens.codes` of places in the text."""
    return places + _PAD


def _kind(char: str) -> int:
    if char == "\n" or char in "\u2028\u2029":
        return LINE
    if char in "\u200c\u200d":
        return LETTER
    category = unicodedata.category(char)
    if category[0] in "LM":
        return LETTER
    if category[0] == "N":
        return DIGIT
    return SPACE if category[0] == "Z" or category in ("Cc", "Cf") else SYMBOL


def _case(char: str) -> int:
    return UPPER if char.isupper() or char.istitle() else LOWER if char.islower() else 0


def _fold(code: int) -> int:
    """Lower case without diacritics, one character for one."""
    plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
    return ord(plain[0]) if ord(plain[0]) < 0x10000 else code
