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
_PAD = 8
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
    """Per code point of the basic plane (65,536,): its kind, its case, its script, and its folded form."""

    kind: NDArray[np.uint8]
    case: NDArray[np.uint8]
    script: NDArray[np.uint8]
    folded: NDArray[np.uint16]


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
    folded = np.fromiter((_fold(code) for code in range(0x10000)), np.uint16, 0x10000)
    script = np.full(0x10000, SCRIPTS - 1, np.uint8)
    script[:0x80] = 0
    for number, (low, high) in enumerate(_SCRIPTS, 1):
        script[low : high + 1] = number
    for low, high in _SINGLES:
        kind[low : high + 1] = SINGLE
    return Tables(kind, case, script, folded)


def cut(text: str, tables: Tables) -> Tokens:
    """The tokens of `text`; any text will do, lone surrogates included."""
    raw = np.frombuffer(text.encode(_NATIVE, "surrogatepass"), np.uint32)
    codes = np.zeros(len(raw) + 2 * _PAD, np.uint32)
    codes[_PAD : _PAD + len(raw)] = np.minimum(raw, BEYOND)
    inner = codes[_PAD - 1 : _PAD + len(raw) + 1]
    kinds = tables.kind[inner]
    changed = kinds[1:] != kinds[:-1]
    apart = (kinds == SINGLE) | ((kinds == SYMBOL) & np.append(True, inner[1:] != inner[:-1]))
    begins = (changed | apart[1:])[:-1] & (kinds[1:-1] != SPACE)
    start = np.flatnonzero(begins)
    kind = kinds[1:][start]
    last = np.append(start[1:], len(raw))
    blanks = np.append(0, np.cumsum(kinds[1:-1] == SPACE))
    end = last - (blanks[last] - blanks[start])  # blanks only follow a token: within one there are none
    before = start - np.append(0, end[:-1]) if len(start) else start
    return Tokens(codes, start, end, kind, np.minimum(before, 2))


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
