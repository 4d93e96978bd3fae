"""Where the strings that masking looks at stand in a text: all of it, or the values where the text is JSON itself.

It goes the same way as `strings.py` does, so that what was found in a value can be told as a place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shoal.trust.masking.json_text import Value, is_record, values
from shoal.trust.masking.strings import MOST_NESTED, may_identify

# One character of a string in JSON, however it is written (RFC 8259, section 7).
_WRITTEN = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


def places(text: str, nested: int = 0) -> Iterator[Sequence[int]]:
    """For each string that is looked at, in order: where each of its characters begins in `text`, and at the end where
    the last one ends."""
    if nested >= MOST_NESTED or not is_record(text):
        yield range(len(text) + 1)
        return
    for value in values(text):
        written = _written(text, value)
        if value.number:
            if may_identify(value.said):
                yield written
        elif value.name:
            yield written
        else:
            yield from (_within(inner, written) for inner in places(value.said, nested + 1))


def _written(text: str, value: Value) -> Sequence[int]:
    """Where the characters of a value begin, its quotes left out."""
    if value.number:
        return range(value.start, value.end + 1)
    start, end = value.start + 1, value.end - 1
    if "\\" not in text[start:end]:
        return range(start, end + 1)
    return [*(found.start() for found in _WRITTEN.finditer(text, start, end)), end]


def _within(inner: Sequence[int], outer: Sequence[int]) -> Sequence[int]:
    return outer if isinstance(inner, range) and len(inner) == len(outer) else [outer[at] for at in inner]
