"""The operator's own lists: terms that are always masked (deny lists, gazetteers) and values that never are (allow).

Terms are compared folded and without case, whole words only. It knows nothing of files: `assembly` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ahocorasick  # type: ignore[import-not-found]

from shoal.text.normalise import Normaliser
from shoal.trust.masking.entity import Entity

# Thai to Burmese, Khmer, kana and ideographs, further ideographs: words follow each other without blanks.
_UNSPACED = (
    *(("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\u2e80", "\u9fff")),
    *(("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff")),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """`allow` values that are never an entity; `deny` terms by the type that they are masked as."""

    allow: Sequence[str] = field(default=(), repr=False)
    deny: Mapping[str, Iterable[str]] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.allow) or bool(self.deny)


class ListRecognizer:
    """Finds the denied terms and takes out the allowed ones, in one pass however many there are (Aho-Corasick)."""

    name = "lists"

    def __init__(self, terms: Terms) -> None:
        self._normaliser = Normaliser()
        self._allowed = frozenset(self._plain(value) for value in terms.allow)
        self._types = tuple(sorted(terms.deny))
        self._denied: Any = ahocorasick.Automaton()
        for kind, values in terms.deny.items():
            for value in values:
                # In the form of `Folded.lower`, which the text is searched in: case folding would spell "ß" out.
                if plain := " ".join(self._normaliser.fold(value).lower.split()):
                    self._denied.add_word(plain, (kind, len(plain)))
        if len(self._denied):
            self._denied.make_automaton()

    @property
    def types(self) -> tuple[str, ...]:
        return self._types

    def _plain(self, value: str) -> str:
        return " ".join(self._normaliser.fold(value).text.casefold().split())

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The denied terms in each text."""
        return [self._find(text) for text in texts]

    def apply(self, text: str, entities: list[Entity]) -> list[Entity]:
        """The entities without allowed values, with denied terms."""
        if self._allowed:
            entities = [each for each in entities if self._plain(text[each.start : each.end]) not in self._allowed]
        return entities + self._find(text)

    def _find(self, text: str) -> list[Entity]:
        if not len(self._denied):
            return []
        folded = self._normaliser.fold(text)
        plain = folded.lower
        found = []
        for last, (kind, length) in self._denied.iter_long(plain):
            start, end = last + 1 - length, last + 1
            if not inside_word(plain, start, end):
                found.append(Entity(kind, *folded.span(start, end), 1.0, self.name))
        return found


def inside_word(text: str, start: int, end: int) -> bool:
    """Whether the term is part of a longer word; scripts without blanks between words (Chinese, Thai, ...) have no such
    joints."""
    return (start > 0 and _joins(text[start - 1]) and _joins(text[start])) or (
        end < len(text) and _joins(text[end]) and _joins(text[end - 1])
    )


def _joins(char: str) -> bool:
    return char.isalnum() and (char < _UNSPACED[0][0] or not any(low <= char <= high for low, high in _UNSPACED))


def read_terms(path: Path) -> list[str]:
    """The terms of a file, one a line; empty lines and those that begin with # count for nothing. Raises OSError,
    UnicodeDecodeError."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
