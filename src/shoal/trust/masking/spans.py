"""Spans: which pieces of a text are replaced by placeholders: entities, and whatever unmasking might take for one.

It knows how placeholders are written, and gives out none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import ESCAPED, FORM, normal
from shoal.trust.masking.values import Values

# Start, end, type.
Span = tuple[int, int, str]
# The type of what stays as it is.
OWN = ""


def own_spans(text: str, values: Values) -> list[Span]:
    """The placeholders of these values that the text holds already."""
    found = (match for match in FORM.finditer(text) if values.get(normal(match["body"])) is not None)
    return [(match.start(), match.end(), OWN) for match in found]


def apart(entities: Iterable[Entity], kept: Sequence[Span]) -> list[Entity]:
    """The entities, in order, that are not empty and overlap none of the spans, which lie in order and apart."""
    chosen: list[Entity] = []
    spans = iter(kept)
    span = next(spans, None)
    for entity in sorted(entities, key=lambda each: each.start):
        while span and span[1] <= entity.start:
            span = next(spans, None)
        if entity.end > entity.start and (span is None or entity.end <= span[0]):
            chosen.append(entity)
    return chosen


def with_escapes(text: str, spans: Sequence[Span], values: Values) -> Iterator[Span]:
    """The spans, and between them what looks like a placeholder or is a surrogate of these values."""
    at = 0
    for span in (*spans, (len(text), len(text), OWN)):
        for start, end in _lookalikes(text[at : span[0]], values):
            yield at + start, at + end, ESCAPED
        yield span
        at = span[1]


def _lookalikes(gap: str, values: Values) -> list[tuple[int, int]]:
    found = [match.span() for match in FORM.finditer(gap)] if "_" in gap else []
    if not values.has_surrogates:
        return found
    at = 0
    while fake := values.next_surrogate(gap, at):
        found.append(fake[:2])
        at = fake[1]
    alone: list[tuple[int, int]] = []
    for span in sorted(found):
        if not alone or span[0] >= alone[-1][1]:
            alone.append(span)
    return alone
