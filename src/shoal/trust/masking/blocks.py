"""Blocks: what a detector reads at once. Prose is a block by itself; the values of a record stand in one, line by line,
each behind the name of its field, so that fields are context for each other and a record of a thousand is read quickly.

It does not detect; it divides what was found among the strings again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.strings import Text

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Block:
    """`text` holds the values at `spans`, in order."""

    text: str = field(repr=False)
    spans: list[tuple[int, int]]

    def divided(self, entities: Sequence[Entity]) -> list[list[Entity]]:
        """For each value its entities with their places in it; what reaches beyond a value is cut there."""
        found: list[list[Entity]] = [[] for _ in self.spans]
        starts = [start for start, _ in self.spans]
        for each in entities:
            at = max(bisect_right(starts, each.start) - 1, 0)
            while at < len(self.spans) and self.spans[at][0] < each.end:
                start, end = self.spans[at]
                if cut := self._cut(each, start, end):
                    found[at].append(cut)
                at += 1
        return found

    def _cut(self, entity: Entity, start: int, end: int) -> Entity | None:
        first, last = max(entity.start, start), min(entity.end, end)
        if first >= last:
            return None
        if (first, last) != (entity.start, entity.end):
            if not any(map(str.isalnum, self.text[first:last])):
                return None
        elif not start:
            return entity
        return replace(entity, start=first - start, end=last - start)


def blocks_of(texts: Sequence[Text]) -> Iterator[Block]:
    """The texts in blocks, in order: each by itself, or with its neighbours of the same record up to LONGEST
    characters."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    size, before = 0, None
    for text in texts:
        if parts and (text.record == 0 or before is None or text.record != before.record or size > LONGEST):
            yield Block("".join(parts), spans)
            parts, spans, size, before = [], [], 0, None
        lead = _lead(text, before)
        spans.append((size + len(lead), size + len(lead) + len(text.value)))
        parts += (lead, text.value)
        size += len(lead) + len(text.value)
        before = text
    if parts:
        yield Block("".join(parts), spans)


def _lead(text: Text, before: Text | None) -> str:
    """What stands between a text and the one before it: ": " after the name of its field, else a new line with that
    name."""
    if before is not None and text.path and not before.path and before.value == text.heading:
        return ": "
    head = f"{text.heading}: " if text.heading else ""
    return head if before is None else f"\n{head}"
