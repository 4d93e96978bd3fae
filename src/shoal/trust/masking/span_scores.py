"""How found spans are compared with labelled ones: Presidio's definition, spans and tokens. It knows no file format.

Source: `SpanEvaluator` and `TokenEvaluator` of presidio-evaluator 0.3.2 with its `span_to_tag`, written anew.

*Spans* (notebooks 4 and 5 of presidio-research since July 2025; `iou_threshold=0.75`, though notebook 5 stood at a
looser 0.4 for a while): every token takes the type of the span it lies in; runs of tokens of one type are spans; skip
words (punctuation, function words, "street", "Mr.") at a span's edges do not count, and spans of one type with only
skip words between them are one. A label is found where the predictions that overlap it have, by type and together, an
intersection over union of at least the threshold, in characters. A prediction counts once for each label that it
overlaps, and once if it overlaps none.

*Tokens* (the same notebooks before that): tokens counted one by one; a skip word on which the two sides differ is
ignored.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from shoal.trust.masking.entity import Entity

IOU = 0.75
BETA = 2.0
NOTHING = ""

Token = tuple[int, str]
Tokenize = Callable[[str], Sequence[Token]]

# One mark at a time, words and numbers whole, and each character of a script that does not part its words.
_TOKEN = re.compile(
    r"['’](?:s|m|d|re|ve|ll)\b|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|"
    r"[^\W\d_\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|\d+|\S",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts and what follows from them; a share of nothing is None."""

    matched: int = 0
    predicted: int = 0
    labelled: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.matched + other.matched, self.predicted + other.predicted, self.labelled + other.labelled)

    @property
    def precision(self) -> float | None:
        return self.matched / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        return self.matched / self.labelled if self.labelled else None

    @property
    def f2(self) -> float | None:
        """F with recall worth BETA times precision (van Rijsbergen 1979): (1+b²)PR / (b²P+R)."""
        precision, recall = self.precision, self.recall
        if precision is None or recall is None:
            return None
        weighed = BETA**2 * precision + recall
        return (1 + BETA**2) * precision * recall / weighed if weighed else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """A span over tokens: `start` to `end` in characters without skip words at the edges, and its tokens' places."""

    type: str
    start: int
    end: int
    first: int
    last: int


def words(text: str) -> list[Token]:
    """The tokens of a text with where they start; white space is none."""
    return [(found.start(), found[0]) for found in _TOKEN.finditer(text)]


def tags(tokens: Sequence[Token], entities: Iterable[Entity]) -> list[str]:
    """The type of each token, NOTHING outside. A token belongs to the first entity that it starts in, or that lies
    inside it."""
    ordered = _parted(sorted(entities, key=lambda each: each.start))
    found: list[str] = []
    begin = 0
    for start, word in tokens:
        while begin < len(ordered) and ordered[begin][1] < start:
            begin += 1
        found.append(_type_at(start, start + len(word), ordered[begin:]))
    return found


def _type_at(start: int, end: int, ordered: Sequence[tuple[int, int, str]]) -> str:
    for first, last, kind in ordered:
        if first > end:
            break
        if first <= start < last or (start <= first and last <= end):
            return kind
    return NOTHING


def _parted(ordered: Sequence[Entity]) -> list[tuple[int, int, str]]:
    """Start, end, type; an entity that touches the next one ends one character earlier, as in `span_to_tag`."""
    spans = [(each.start, each.end, each.type) for each in ordered]
    for at, (one, other) in enumerate(pairwise(ordered)):
        if one.end >= other.start:
            spans[at] = (one.start, other.start - 1, one.type)
    return spans


def runs(tokens: Sequence[Token], types: Sequence[str], skip: Collection[str]) -> list[Run]:
    """Tokens of one type in a row, joined over skip words."""
    joined: list[Run] = []
    for each in _plain_runs(tokens, types, skip):
        before = joined[-1] if joined else None
        if before and before.type == each.type and _only_skipped(tokens[before.last : each.first], skip):
            joined[-1] = Run(each.type, before.start, max(before.end, each.end), before.first, each.last)
        else:
            joined.append(each)
    return joined


def _plain_runs(tokens: Sequence[Token], types: Sequence[str], skip: Collection[str]) -> Iterator[Run]:
    last = 0
    for kind, group in groupby(types):
        first, last = last, last + len(list(group))
        kept = [(start, word) for start, word in tokens[first:last] if word.lower() not in skip]
        if kind != NOTHING and kept:
            yield Run(kind, kept[0][0], kept[-1][0] + len(kept[-1][1]), first, last)


def _only_skipped(tokens: Iterable[Token], skip: Collection[str]) -> bool:
    return all(word.lower().strip() in skip for _, word in tokens)


def compare(labels: Sequence[Run], found: Sequence[Run], threshold: float = IOU) -> dict[str, Score]:
    """Score per type. A label with several predictions over it is matched by those of one type together."""
    scores: defaultdict[str, Score] = defaultdict(Score)
    touched: set[int] = set()
    for label in labels:
        over = [(at, each) for at, each in enumerate(found) if overlap(label, each) > 0]
        touched.update(at for at, _ in over)
        scores[label.type] += Score(labelled=1)
        groups = defaultdict(list)
        for _, each in over:
            groups[each.type].append(each)
        for kind, group in groups.items():
            near = overlap(label, group[0]) if len(over) == 1 else _together(label, group)
            scores[kind] += Score(matched=int(kind == label.type and near >= threshold), predicted=1)
    for at, each in enumerate(found):
        if at not in touched:
            scores[each.type] += Score(predicted=1)
    return dict(scores)


def overlap(one: Run, other: Run) -> float:
    """Intersection over union in characters, 0..1."""
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(0, both) / (max(one.end, other.end) - min(one.start, other.start))


def _together(label: Run, group: Sequence[Run]) -> float:
    """Of several predictions as one. Ends count in, and each after the first begins and ends one earlier: the
    definition's own, kept so that the figures compare."""
    wanted = set(range(label.start, label.end + 1))
    have = set(range(group[0].start, group[0].end + 1))
    for each in group[1:]:
        have.update(range(each.start - 1, each.end))
    return len(wanted & have) / len(wanted | have)


def compare_tokens(
    tokens: Sequence[Token], labels: Sequence[str], found: Sequence[str], skip: Collection[str]
) -> Score:
    """Tokens of any type, one by one."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for (_, word), label, guess in zip(tokens, labels, found, strict=True):
        if label == guess or word.lower().strip() not in skip:
            counts[label != NOTHING, guess != NOTHING] += 1
    both = counts[True, True]
    return Score(both, both + counts[False, True], both + counts[True, False])
