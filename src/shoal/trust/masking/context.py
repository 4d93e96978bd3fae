"""Context words: which of the words that recognizers wait for stand near a place in a text. All are looked for at once.

It knows words, not recognizers; a word counts where no Latin letter touches it but one of the place itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

import ahocorasick  # type: ignore[import-not-found]

from shoal.text.normalise import Folded, Normaliser

BEFORE, AFTER = 80, 40
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_NONE: frozenset[str] = frozenset()
_APART = re.compile(r"(?<=\w)[ -](?=\w)")
_JOINTS = (" ", "_", "-", "")
# Start, end, the word, and whether a Latin letter touches it on the left and on the right.
Word = tuple[int, int, str, bool, bool]


class ContextWords:
    """All context words of all recognizers."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._words: Any = ahocorasick.Automaton()
        self._ready = False

    def add(self, words: Iterable[str]) -> frozenset[str]:
        """Takes words in; returns the folded forms by which `Near` names them."""
        forms = frozenset(form for word in words for form in self._spellings(word))
        for form in forms:
            self._words.add_word(form, form)
        self._ready = False
        return forms

    def _spellings(self, word: str) -> set[str]:
        """The folded forms of a word; Greek and Cyrillic fold differently by case ("инн", "Инн", "ИНН"), and the names
        of fields join what prose keeps apart ("tax id": "tax_id", "tax-id", "taxId")."""
        cases = (word, word.upper(), word.capitalize(), word.title())
        folded = {self._normaliser.fold(case).text.lower() for case in cases} - {""}
        return folded | {joint.join(_APART.split(form)) for form in folded for joint in _JOINTS}

    def read(self, folded: Folded) -> Near:
        """The words in a folded text."""
        if not self._ready and len(self._words):
            self._words.make_automaton()
            self._ready = True
        found: list[Word] = []
        if len(self._words):
            lower = folded.lower
            for last, word in self._words.iter(lower):
                start = last + 1 - len(word)
                found.append((start, last + 1, word, _letter(lower, start - 1), _letter(lower, last + 1)))
            found.sort()
        return Near(found)


class Near:
    """The context words of one text, by place."""

    __slots__ = ("_found", "_span", "_starts", "_words")

    def __init__(self, found: list[Word]) -> None:
        self._found = found
        self._starts = [word[0] for word in found]
        self._span = (-1, -1)
        self._words = _NONE

    def words(self, start: int, end: int) -> frozenset[str]:
        """The words that lie within BEFORE characters before `start` or AFTER characters after `end`."""
        if not self._found:
            return _NONE
        if (start, end) != self._span:
            self._span = (start, end)
            first, last = start - BEFORE, end + AFTER
            lower, upper = bisect_left(self._starts, first), bisect_left(self._starts, last)
            self._words = frozenset(
                word
                for begun, ended, word, left, right in self._found[lower:upper]
                if (ended <= start and not left and (not right or ended == start))
                or (begun >= end and ended <= last and not right and (not left or begun == end))
            )
        return self._words


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in _LETTERS
