"""Where the strings that masking looks at stand in a text: all of it, or the values where there is JSON.

It goes the same way as `strings.py` does, so that what was found in a value can be told as a place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shoal.trust.masking.json_text import Value, is_record, records_in, values
from shoal.trust.masking.strings import MOST_NESTED, Marked, may_identify, plain_number

# One character of a string in JSON, however it is written (RFC 8259, section 7).
_WRITTEN = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


def places(text: str, marked: Marked = lambda _: None, nested: int = 0) -> Iterator[Sequence[int]]:
    """For each string that is looked at, in order: where each of its characters begins in `text`, and at the end where
    the last one ends. `marked` is that of the visit."""
    if nested < MOST_NESTED and is_record(text):
        yield from _in_record(text, marked, nested)
        return
    found = records_in(text) if nested < MOST_NESTED and "\\" in text else []
    at = 0
    for start, end in found:
        if text[at:start].strip():
            yield range(at, start + 1)
        moved = range(start, end + 1)
        yield from (_within(inner, moved) for inner in _in_record(text[start:end], marked, nested))
        at = end
    if not found or text[at:].strip():
        yield range(at, len(text) + 1)


def _in_record(text: str, marked: Marked, nested: int) -> Iterator[Sequence[int]]:
    for value in values(text):
        if value.number:
            number = plain_number(value.said)
            if may_identify(number) or marked(value.path):
                yield range(value.start, value.start + len(number) + 1)
        elif value.name:
            yield _written(text, value)
        else:
            written = _written(text, value)
            yield from (_within(inner, written) for inner in places(value.said, marked, nested + 1))


def _written(text: str, value: Value) -> Sequence[int]:
    """Where the characters of a value begin, its quotes left out."""
    start, end = value.start + 1, value.end - 1
    if "\\" not in text[start:end]:
        return range(start, end + 1)
    return [*(found.start() for found in _WRITTEN.finditer(text, start, end)), end]


def _within(inner: Sequence[int], outer: Sequence[int]) -> Sequence[int]:
    return outer if isinstance(inner, range) and len(inner) == len(outer) else [outer[at] for at in inner]
