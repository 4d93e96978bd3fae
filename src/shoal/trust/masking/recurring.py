"""What was found once in an exchange is looked for in all of it: a name that the words around gave away in one text is
the same name in a heading, and a number known by its context stays that number without it.

It takes no guess of its own: only values that a recognizer or a field has named, and the surname of a full name, as
they were written and as whole words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import ahocorasick  # type: ignore[import-not-found]

from shoal.trust.masking.entity import GAZETTEER, LEARNED, Entity
from shoal.trust.masking.linking import read_name
from shoal.trust.masking.lists import inside_word

PERSON = "PERSON"
LEAST_CHARS = 6
LEAST_DIGITS = 5
LEAST_SURNAME = 3
NAME = "recurring"
LITTLE = 20_000
"""Terms times characters that are looked for one by one."""
Hit = tuple[int, int, Entity]


class Recurring:
    """The values of one exchange that are looked for again. It lives and dies with the exchange."""

    def __init__(self) -> None:
        self._terms: dict[str, Entity] = {}

    def spread(self, texts: Sequence[str], found: Sequence[list[Entity]]) -> None:
        """Learns from what was found in the texts, and adds to it where a value stands once more, unless something was
        found there already. Time is linear in the texts and in what was found."""
        for text, entities in zip(texts, found, strict=True):
            for each in entities:
                for term in _terms(text[each.start : each.end], each):
                    known = self._terms.get(term)
                    if known is None or known.score < each.score:
                        self._terms[term] = each
        if not self._terms:
            return
        size = sum(map(len, texts))
        find = self._one_by_one if len(self._terms) * size <= LITTLE else self._all_at_once()
        for text, entities in zip(texts, found, strict=True):
            if hits := find(text):
                entities += list(_again(text, hits, entities))

    def _one_by_one(self, text: str) -> list[Hit]:
        """Where the terms stand: of few terms and short texts that is quicker than to build an automaton."""
        hits: list[Hit] = []
        for term, each in self._terms.items():
            at = text.find(term)
            while at >= 0:
                hits.append((at, at + len(term), each))
                at = text.find(term, at + 1)
        return hits

    def _all_at_once(self) -> Callable[[str], list[Hit]]:
        """The same for many, in one pass over each text."""
        automaton: Any = ahocorasick.Automaton()
        for term, each in self._terms.items():
            automaton.add_word(term, (len(term), each))
        automaton.make_automaton()
        return lambda text: [(last + 1 - size, last + 1, each) for last, (size, each) in automaton.iter(text)]


def _terms(value: str, entity: Entity) -> Iterator[str]:
    """What of a value is worth looking for; nothing where it is a word like any other."""
    if entity.type == PERSON:
        words = read_name(value).words
        if len(words) > 1:
            yield value
            last = words[-1]
            if len(last) >= LEAST_SURNAME and last[:1].isupper() and last.isalpha():
                yield last
        return
    if entity.recognizer == GAZETTEER or entity.recognizer.startswith(LEARNED) or len(value) < LEAST_CHARS:
        return
    if "@" in value or sum(map(str.isdigit, value)) >= LEAST_DIGITS:
        yield value


def _again(text: str, hits: Iterable[Hit], entities: Iterable[Entity]) -> Iterator[Entity]:
    """The terms in a text where nothing was found, the longest of those that begin together."""
    taken = _merged(entities)
    starts = [start for start, _ in taken]
    reached = 0
    for start, end, source in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start < reached or inside_word(text, start, end):
            continue
        at = bisect_left(starts, end)
        if at and taken[at - 1][1] > start:
            continue
        reached = end
        yield Entity(source.type, start, end, source.score, NAME)


def _merged(entities: Iterable[Entity]) -> list[tuple[int, int]]:
    """The stretches that are covered, in order and apart."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((each.start, each.end) for each in entities):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
