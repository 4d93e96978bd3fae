"""Folds a text to the form that patterns are written for, with a map back to where each character came from.

NFKD without its marks ("é" → "e", full-width and mathematical letters → ASCII), every decimal digit → 0-9, every dash →
"-", every blank → " ", look-alikes of Latin letters → the letter, "%40" → "@"; zero-width, bidi and other invisible
characters fall out. It knows nothing of entities. Sources: Unicode Standard Annex 15 (normalization forms); the
look-alikes are those of Unicode Technical Standard 39 that are single Cyrillic, Greek and Armenian letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

_LOOK_ALIKES = dict(
    zip(
        "аеорсухіјѕԁԛԝһӏАВЕКМНОРСТУХІЈЅԚԜҺαοινυρχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսցզҐᴏɑɡı",
        "aeopcyxijsdqwhlABEKMHOPCTYXIJSQWHaoivupxABEZHIKMNOPTYXonugqGoagi",
        strict=True,
    )
)
_ALSO = {"\u3002": ".", "\uff61": ".", "\u2044": "/", "\u2215": "/", "\u2019": "'", "\u2018": "'", "\u00b4": "'"}
# "nº123" and "№123" are a sign and a number, not a word with digits.
_ALSO |= {"\u2116": "#", "\u00ba": "\u00b0", "\u00aa": "\u00b0"}
_MOST_KEPT = 20_000
_BEYOND = re.compile(r"[^\x00-\x7f]+")
# A character as URLs write it: "%40" for "@".
_ESCAPED = re.compile(r"%[2-7][0-9A-Fa-f]")
_CASED, _UNCASED, _OTHER = "\xe9", "\xbf", "\xa0"


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is the folded text, `latin` the same in one byte per character (letters beyond ASCII are 0xE9 where they
    have case, else 0xBF; all else beyond ASCII is 0xA0). `starts[i]` is where character i came from, None where nothing
    moved, `ends[i]` where that ended if it was longer than one; `length` is that of the text as given."""

    text: str = field(repr=False)
    latin: bytes = field(repr=False)
    length: int
    starts: Sequence[int] | None = field(default=None, repr=False)
    ends: Sequence[int] | None = field(default=None, repr=False)

    @property
    def lower(self) -> str:
        """The folded text in small letters, of the same length: a letter that would be spelt out stays."""
        plain = self.text.lower()
        if len(plain) == len(self.text):
            return plain
        return "".join(low if len(low := char.lower()) == 1 else char for char in self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` (not empty) lies in the text as given; what fell out at its end stays outside."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.ends[end - 1] if self.ends else self.starts[end - 1] + 1


class _Letters(dict[str, str]):
    """What each character folds to; found once, then kept."""

    def __missing__(self, char: str) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        folded = self[char] = _fold(char)
        return folded


def _fold(char: str) -> str:
    if char.isascii():
        return char
    if char in _LOOK_ALIKES:
        return _LOOK_ALIKES[char]
    if char in _ALSO:
        return _ALSO[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Pd" or char == "\u2212":
        return "-"
    if kind == "Zs":
        return " "
    if kind in ("Mn", "Cf", "Me"):
        return ""
    if kind == "Lo" and unicodedata.decomposition(char)[:1] != "<":
        return char
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return "".join(_LOOK_ALIKES.get(part, part) for part in plain)


def _byte(char: str) -> str:
    if char.isascii():
        return char
    if char.islower() or char.isupper():
        return _CASED
    return _UNCASED if char.isalnum() else _OTHER


class _Bytes(dict[str, str]):
    def __missing__(self, char: str) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        byte = self[char] = _byte(char)
        return byte


class Normaliser:
    """Folds texts; remembers single characters, never a text. About 0.1 ms per kB beyond ASCII, nothing for ASCII."""

    def __init__(self) -> None:
        self._letters = _Letters()
        self._bytes = _Bytes()

    def fold(self, text: str) -> Folded:
        """The folded text with its map back."""
        if "%" in text and _ESCAPED.search(text):
            return self._unescaped(text)
        if text.isascii():
            return Folded(text, text.encode("ascii"), len(text))
        moved = False

        def plain(run: re.Match[str]) -> str:
            nonlocal moved
            pieces = [self._letters[char] for char in run[0]]
            moved = moved or any(len(piece) != 1 for piece in pieces)
            return "".join(pieces)

        folded = _BEYOND.sub(plain, text)
        latin = folded.encode("ascii") if folded.isascii() else self._latin(folded)
        return Folded(folded, latin, len(text), self._starts(text) if moved else None)

    def lower(self, text: str) -> str:
        """The folded text in small letters, without its map back."""
        if text.isascii() and "%" not in text:
            return text.lower()
        return self.fold(text).lower

    def _unescaped(self, text: str) -> Folded:
        """As `fold`, for a text with escapes of URLs: each counts as the character that it stands for."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        while at < len(text):
            escaped = _ESCAPED.match(text, at) if text[at] == "%" else None
            end = escaped.end() if escaped else at + 1
            piece = chr(int(text[at + 1 : end], 16)) if escaped else self._letters[text[at]]
            pieces.append(piece)
            starts += [at] * len(piece)
            ends += [end] * len(piece)
            at = end
        folded = "".join(pieces)
        return Folded(folded, self._latin(folded), len(text), starts, ends)

    def _starts(self, text: str) -> list[int]:
        starts: list[int] = []
        at = 0
        for run in _BEYOND.finditer(text):
            starts.extend(range(at, run.start()))
            starts.extend(place for place, char in enumerate(run[0], run.start()) for _ in self._letters[char])
            at = run.end()
        starts.extend(range(at, len(text)))
        return starts

    def _latin(self, folded: str) -> bytes:
        return _BEYOND.sub(lambda run: "".join([self._bytes[char] for char in run[0]]), folded).encode("latin-1")
