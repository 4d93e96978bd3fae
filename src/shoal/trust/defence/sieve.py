"""Sifts text of low trust: finds sentences in it that give instructions, and puts a note in their place.

Sentences are scored one by one; then neighbours together, since an order may be spread over several; then what runs of
base64, hex and character references say. In JSON the strings are looked at, and the JSON stays JSON. It knows a scorer
and no chat. Cost is linear in the length of the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from shoal.trust.defence.encoded import encoded
from shoal.trust.defence.leaves import leaves, rewritten
from shoal.trust.defence.seam import SentenceGuard
from shoal.trust.sentences import spans
from shoal.trust.work import go_on

NOTE = "[removed: an instruction in the data]"
AT_ONCE = 256
WINDOW = 200
"""Characters of neighbours that are read together, where they are that short; else two sentences."""
LONGEST_PAIR = 600
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a text to score; `places` are the (leaf, start, end) of its sentences, `joint` says that it is
    several of them."""

    text: str = field(repr=False)
    places: tuple[tuple[int, int, int], ...]
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Finds:
    """What was found in one text: how many stretches were looked at, the highest score of all, the scores of those that
    fired, and the (leaf, start, end) of what has to go. It holds no text."""

    looked: int = 0
    highest: float = 0.0
    scores: tuple[float, ...] = ()
    places: tuple[tuple[int, int, int], ...] = ()


class Sieve:
    """Sifts texts with one scorer and threshold."""

    def __init__(self, guard: SentenceGuard, threshold: float | None = None) -> None:
        self._guard = guard
        self.threshold = guard.threshold if threshold is None else threshold

    @property
    def joint_threshold(self) -> float:
        """Neighbours are judged together only where none of them has fired, and so need to be surer."""
        return (1 + self.threshold) / 2

    def look(self, texts: Sequence[str]) -> list[Finds]:
        """What in each of the texts gives instructions. Raises what the scorer raises."""
        units = [list(_units(text)) for text in texts]
        scores = iter(self._scores([unit.text for each in units for unit in each]))
        return [self._finds([(unit, next(scores)) for unit in each]) for each in units]

    def _scores(self, texts: Sequence[str]) -> list[float]:
        scores: list[float] = []
        for start in range(0, len(texts), AT_ONCE):
            go_on()
            scores += self._guard.scores(texts[start : start + AT_ONCE])
        return scores

    def _finds(self, scored: Sequence[tuple[Unit, float]]) -> Finds:
        single = [(unit, score) for unit, score in scored if not unit.joint]
        fired = [(unit, score) for unit, score in single if score >= self.threshold]
        alone = {place for unit, _ in fired for place in unit.places}
        for unit, score in scored:
            if unit.joint and score >= self.joint_threshold and alone.isdisjoint(unit.places):
                fired.append((unit, score))
        return Finds(
            looked=len(single),
            highest=max((score for _, score in single), default=0.0),
            scores=tuple(score for _, score in fired),
            places=tuple(sorted({place for unit, _ in fired for place in unit.places})),
        )


def _units(text: str) -> Iterator[Unit]:
    found = leaves(text)
    sentences = list(_sentences(found))
    yield from sentences
    yield from _windows(sentences)
    yield from _hidden(found)


def _sentences(found: Sequence[str]) -> Iterator[Unit]:
    """The sentences of all leaves that have a letter."""
    for number, leaf in enumerate(found):
        for start, end in spans(leaf):
            said = leaf[start:end]
            if not said.isascii() or any(map(str.isalpha, said)):
                yield Unit(said, ((number, start, end),))


def _windows(sentences: Sequence[Unit]) -> Iterator[Unit]:
    """Neighbours together: as many as fit into WINDOW characters, at least two; each window begins in the middle of the
    one before, so that every pair is in one."""
    first = 0
    while first < len(sentences) - 1:
        size, end = len(sentences[first].text), first + 1
        while end < len(sentences) and (end == first + 1 or size + len(sentences[end].text) < WINDOW):
            size += len(sentences[end].text) + 1
            end += 1
        if size <= LONGEST_PAIR:
            group = sentences[first:end]
            yield Unit(" ".join([each.text for each in group]), tuple([each.places[0] for each in group]), True)
        if end == len(sentences):
            return
        first += max(1, (end - first) // 2)


def _hidden(found: Sequence[str]) -> Iterator[Unit]:
    """The sentences that encoded runs say, each in the place of its run."""
    for number, leaf in enumerate(found):
        for start, end, said in encoded(leaf):
            for first, last in spans(said):
                yield Unit(said[first:last], ((number, start, end),))


def without(text: str, finds: Finds) -> str:
    """The text with a note in the place of what was found in it."""
    places: dict[int, list[Place]] = defaultdict(list)
    for number, start, end in finds.places:
        places[number].append((start, end))
    numbers = count()
    return rewritten(text, lambda leaf: _cut(leaf, places.get(next(numbers), ())))


def _cut(leaf: str, places: Sequence[Place]) -> str:
    """The leaf with one note for each run of places that overlap or follow each other."""
    out: list[str] = []
    at = 0
    for start, end in places:
        if out and not leaf[at:start].strip():
            at = max(at, end)
            continue
        out += (leaf[at:start], NOTE)
        at = end
    out.append(leaf[at:])
    return "".join(out)
