"""Places, peoples and titles that everybody knows, from lists: found in any case, where their words leave no doubt.

It complements the token classifier, which judges by the words around; it knows no rare place. A term of the lists
counts where it is written with a capital, or in small letters where all near it are small; ambiguous ones ("Nice",
"Reading") are not in the lists. A title counts before a name only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import ahocorasick  # type: ignore[import-not-found]

from shoal.text.normalise import Normaliser
from shoal.trust.masking.entity import GAZETTEER, TITLE, Entity
from shoal.trust.masking.lists import inside_word, read_terms

FOLDER = Path(__file__).parent / "gazetteers"
TYPES = {"cities": "LOCATION", "countries": "LOCATION", "demonyms": "NRP", "titles": "TITLE"}
SCORE = 0.7
# Terms that in small letters are words of their own ("turkey", "polish"); they count with a capital only.
SMALL_WORDS = "small_words"


class GazetteerRecognizer:
    """All lists in one pass over the text (Aho-Corasick)."""

    name = GAZETTEER

    def __init__(self, terms: Iterable[tuple[str, str]], small_words: Iterable[str] = ()) -> None:
        """`terms` as (term, type); `small_words` those that count with a capital only."""
        doubtful = frozenset(small_words)
        self._normaliser = Normaliser()
        self._terms: Any = ahocorasick.Automaton()
        self._types = set()
        for term, kind in terms:
            plain = " ".join(self._normaliser.fold(term).lower.split())
            if plain:
                self._terms.add_word(plain, (kind, len(plain), plain in doubtful))
                self._types.add(kind)
        self._terms.make_automaton()

    @classmethod
    def builtin(cls) -> GazetteerRecognizer:
        """The lists that come with Shoal."""
        terms = ((term, kind) for name, kind in TYPES.items() for term in read_terms(FOLDER / f"{name}.txt"))
        return cls(terms, read_terms(FOLDER / f"{SMALL_WORDS}.txt"))

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted(self._types))

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The terms in each text."""
        return [list(self._find(text)) for text in texts]

    def _find(self, text: str) -> Iterator[Entity]:
        folded = self._normaliser.fold(text)
        plain = folded.lower
        for last, (kind, length, doubtful) in self._terms.iter_long(plain):
            start, end = last + 1 - length, last + 1
            if inside_word(plain, start, end):
                continue
            if kind == TITLE:
                if _before_name(folded.text, end):
                    yield Entity(kind, *folded.span(start, _with_dot(folded.text, end)), SCORE, self.name)
            elif not folded.text[start].islower() or (not doubtful and _all_small(folded.text, start)):
                yield Entity(kind, *folded.span(start, end), SCORE, self.name)


def _all_small(text: str, start: int, reach: int = 200) -> bool:
    """Whether nothing near is capitalised: people who write so write names so, too."""
    near = text[max(0, start - reach) : start + reach]
    return near == near.lower()


def _before_name(text: str, end: int) -> bool:
    """Whether a capitalised word or one of a script without case follows."""
    at = _with_dot(text, end)
    rest = text[at : at + 2]
    return (rest[:1] == " " and rest[1:].isalpha() and not rest[1:].islower()) or (
        rest[:1].isalpha() and not rest[:1].islower() and not rest[:1].isascii()
    )


def _with_dot(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] == "." else end
