"""Labelled texts in the JSON form of presidio-research: reads and checks a file; it does not know how they are scored.

The form: a list of {"full_text": str, "spans": [{"entity_type", "entity_value", "start_position", "end_position"}]},
offsets in code points, ends exclusive. "language" and "kind" may be given for tables by them; other fields are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import orjson

from shoal.errors import RequestError
from shoal.trust.masking.entity import Entity

LABELLER = "label"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what a person marked in it: entities in order, none overlapping, score 1."""

    text: str = field(repr=False)
    labels: tuple[Entity, ...] = ()
    language: str = ""
    kind: str = ""


def read_labelled(path: Path) -> list[LabelledText]:
    """The texts of a file. Raises RequestError that names the row and what to mend; it never quotes a text."""
    try:
        rows = orjson.loads(path.read_bytes())
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror or 'check the path'}", param="file") from error
    except orjson.JSONDecodeError as error:
        raise RequestError(
            f"{path} is no JSON (line {error.lineno}, column {error.colno}): expected a list of labelled texts",
            param="file",
        ) from error
    if not isinstance(rows, list) or not rows:
        raise _bad(path, 'it must be a list of at least one {"full_text": ..., "spans": [...]}')
    return [_text(path, at, row) for at, row in enumerate(rows, start=1)]


def _text(path: Path, at: int, row: object) -> LabelledText:
    where = f"row {at}"
    if not isinstance(row, Mapping) or not isinstance(row.get("full_text"), str):
        raise _bad(path, f'{where} must be an object with a string "full_text"')
    text, spans = row["full_text"], row.get("spans")
    if not isinstance(spans, list):
        raise _bad(path, f'{where}: "spans" must be a list; write [] where there is nothing to find')
    labels = [_label(path, f"{where}, span {number}", text, span) for number, span in enumerate(spans, start=1)]
    labels.sort(key=lambda each: each.start)
    if any(one.end > other.start for one, other in pairwise(labels)):
        raise _bad(path, f"{where}: two spans overlap; keep one of them")
    named = {name: row[name] for name in ("language", "kind") if isinstance(row.get(name), str)}
    return LabelledText(text, tuple(labels), **named)


def _label(path: Path, where: str, text: str, span: object) -> Entity:
    for fault in _faults(text, span):
        raise _bad(path, f"{where}: {fault}")
    assert isinstance(span, Mapping)  # _faults says so
    return Entity(span["entity_type"], span["start_position"], span["end_position"], 1.0, LABELLER)


def _faults(text: str, span: object) -> Iterator[str]:
    """What is wrong with a span; the first is worth saying."""
    if not isinstance(span, Mapping):
        yield "it must be an object"
        return
    kind, start, end = (span.get(name) for name in ("entity_type", "start_position", "end_position"))
    if not isinstance(kind, str) or not kind:
        yield '"entity_type" must be a name such as "PERSON"'
    if type(start) is not int or type(end) is not int:
        yield '"start_position" and "end_position" must be whole numbers'
    elif not 0 <= start < end <= len(text):
        yield f"{start} to {end} lies outside the text of {len(text)} characters, or is empty"
    elif span.get("entity_value", text[start:end]) != text[start:end]:
        yield '"entity_value" is not what stands there; offsets count code points, not bytes'


def _bad(path: Path, fault: str) -> RequestError:
    return RequestError(f"{path}: {fault}", param="file")
