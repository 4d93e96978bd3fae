"""Detector: all recognizers together. It gathers what they find, drops the unsure and the allowed, settles overlaps.

It does not know what is done with what it finds, nor who asks. Entities of texts that it has just seen (a conversation
sends its turns again and again) are remembered by a keyed hash of the text: types and places, never the text.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from os import urandom

from shoal.trust.masking.dates import narrowed
from shoal.trust.masking.entity import Entity, Recognizer
from shoal.trust.masking.gazetteer import GazetteerRecognizer
from shoal.trust.masking.lists import ListRecognizer, Terms
from shoal.trust.masking.recognizers import builtin
from shoal.trust.masking.scan import THRESHOLD, PatternScanner

_OPENING, _CLOSING = frozenset("([+#"), frozenset(")].")
REMEMBERED = 4096
WORTH_REMEMBERING = 8


class Detector:
    """Finds entities in texts. Safe to use from several threads."""

    def __init__(self, recognizers: Iterable[Recognizer], terms: Terms | None = None) -> None:
        self.recognizers = tuple(recognizers)
        self._terms = ListRecognizer(terms) if terms else None
        self._seen: OrderedDict[bytes, tuple[Entity, ...]] = OrderedDict()
        self._lock = threading.Lock()
        self._salt = urandom(32)

    @property
    def types(self) -> tuple[str, ...]:
        """Every type that can be found."""
        lists = (self._terms,) if self._terms else ()
        return tuple(sorted({kind for each in (*self.recognizers, *lists) for kind in each.types}))

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities at THRESHOLD or more, in order, none overlapping."""
        return [settle(text, found) for text, found in zip(texts, self.candidates(texts), strict=True)]

    def candidates(self, texts: Sequence[str]) -> list[Sequence[Entity]]:
        """For each text all that was found at THRESHOLD or more; they may overlap. A recognizer's error is its own."""
        keys = [self._key(text) for text in texts]
        known = self._recall(keys)
        new = [at for at, found in enumerate(known) if found is None]
        if new:
            fresh = self._find([texts[at] for at in new])
            for at, found in zip(new, fresh, strict=True):
                known[at] = found
            self._remember([(keys[at], known[at]) for at in new])
        return [found or () for found in known]

    def _find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        found: list[list[Entity]] = [[] for _ in texts]
        for recognizer in self.recognizers:
            for at, entities in enumerate(recognizer.find(texts)):
                found[at] += [each for each in entities if each.score >= THRESHOLD]
        if self._terms is not None:
            found = [self._terms.apply(text, each) for text, each in zip(texts, found, strict=True)]
        return [tuple(narrowed(text, each)) for text, each in zip(texts, found, strict=True)]

    def _key(self, text: str) -> bytes | None:
        if len(text) < WORTH_REMEMBERING:
            return None
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).digest()

    def _recall(self, keys: Sequence[bytes | None]) -> list[tuple[Entity, ...] | None]:
        with self._lock:
            for key in keys:
                if key and key in self._seen:
                    self._seen.move_to_end(key)
            return [self._seen.get(key) if key else None for key in keys]

    def _remember(self, found: Iterable[tuple[bytes | None, tuple[Entity, ...] | None]]) -> None:
        with self._lock:
            for key, entities in found:
                if key and entities is not None:
                    self._seen[key] = entities
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def settle(text: str, candidates: Iterable[Entity]) -> list[Entity]:
    """The entities in order, none overlapping: by rank, long before short; what a loser has beside the winner stays an
    entity of its own, without blanks and commas at its ends, so that no part of what was found goes free."""
    chosen: list[Entity] = []
    clusters = _clusters(sorted(candidates, key=lambda each: (each.start, -each.end)))
    for cluster in clusters:
        chosen += cluster if len(cluster) == 1 else _settle_cluster(text, cluster)
    return chosen


def _clusters(ordered: Sequence[Entity]) -> Iterable[list[Entity]]:
    """Runs of entities that hang together by overlap."""
    cluster: list[Entity] = []
    end = -1
    for each in ordered:
        if cluster and each.start >= end:
            yield cluster
            cluster = []
        cluster.append(each)
        end = max(end, each.end) if len(cluster) > 1 else each.end
    if cluster:
        yield cluster


def _settle_cluster(text: str, cluster: list[Entity]) -> list[Entity]:
    cluster.sort(key=lambda each: (each.rank, each.start - each.end, -each.score, each.start, each.type))
    start, end = min(each.start for each in cluster), max(each.end for each in cluster)
    owner: list[Entity | None] = [None] * (end - start)
    free = end - start
    for each in cluster:
        if not free:
            break
        for at in range(each.start - start, each.end - start):
            if owner[at] is None:
                owner[at] = each
                free -= 1
    return list(_runs(text, owner, start))


def _runs(text: str, owner: Sequence[Entity | None], start: int) -> Iterable[Entity]:
    at = 0
    while at < len(owner):
        each, begun = owner[at], at
        while at < len(owner) and owner[at] is each:
            at += 1
        if each is None:
            continue
        first, last = start + begun, start + at
        if (first, last) != (each.start, each.end):
            first, last = _bare(text, first, last)
        if first < last:
            yield replace(each, start=first, end=last)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The place without blanks, commas and the like at its ends; empty where it holds nothing else."""
    while start < end and not text[start].isalnum() and text[start] not in _OPENING:
        start += 1
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in _CLOSING:
        end -= 1
    return start, end


def builtin_recognizers(tier: str, countries: frozenset[str] = frozenset()) -> tuple[Recognizer, ...]:
    """The recognizers that come with Shoal: `tier` "patterns", or with a token classifier "fast" or "full". Numbers of
    `countries` (ISO 3166, lower case) need no context. Raises WeightsError where weights are missing or damaged."""
    scanner = PatternScanner(builtin(), countries)
    if tier == "patterns":
        return (scanner,)
    from shoal.trust.masking.classifier import TokenClassifier

    return scanner, GazetteerRecognizer.builtin(), TokenClassifier.load(f"pii-{tier}")


def builtin_detector(
    tier: str = "fast", countries: frozenset[str] = frozenset(), terms: Terms | None = None
) -> Detector:
    """A detector of the recognizers that come with Shoal."""
    return Detector(builtin_recognizers(tier, countries), terms)
