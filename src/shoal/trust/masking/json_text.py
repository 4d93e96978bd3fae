"""The strings and numbers of a JSON text, with their places, so that single values change and all else stays as it is.

It knows nothing of masking.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shoal.chat import DEEPEST
from shoal.trust.masking.fields import Path, Step
from shoal.trust.masking.json_strings import escaped

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}\[\],:]|true|false|null|NaN|-?Infinity', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Value:
    """`text[start:end]` of a JSON text: a string, the name of a field (`name`) or a number; `said` is what it means."""

    start: int
    end: int
    said: str = field(repr=False)
    path: Path = ()
    name: bool = False
    number: bool = False


def is_record(text: str) -> bool:
    """Whether `text` is a JSON object or list, not nested deeper than anything that Shoal reads."""
    bare = text.strip()
    if bare[:1] + bare[-1:] not in ("{}", "[]"):
        return False
    try:
        json.loads(bare, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return _depth(bare) <= DEEPEST


def records_in(text: str) -> list[tuple[int, int]]:
    """The places of JSON with escapes in a text that is none itself: what its outermost brackets hold, else each line
    (JSON lines, logs, events). Every character is read four times at most."""
    if whole := _bracketed(text, 0, len(text)):
        return [whole]
    found: list[tuple[int, int]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if place := _bracketed(text, at, at + len(line)):
            found.append(place)
        at += len(line)
    return found


def _bracketed(text: str, start: int, end: int) -> tuple[int, int] | None:
    for opening, closing in ("{}", "[]"):
        first, last = text.find(opening, start, end), text.rfind(closing, start, end) + 1
        if 0 <= first < last and text.find("\\", first, last) >= 0 and is_record(text[first:last]):
            return first, last
    return None


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark in ("{", "["):
            depth += 1
            deepest = max(deepest, depth)
        elif mark in ("}", "]"):
            depth -= 1
    return deepest


class _Place:
    """Where the reading stands in one object or list."""

    __slots__ = ("at", "is_list", "named")

    def __init__(self, is_list: bool) -> None:
        self.is_list = is_list
        self.at: Step = 0
        self.named = False

    def next(self) -> None:
        if self.is_list:
            self.at = int(self.at) + 1
        self.named = False


def values(text: str) -> Iterator[Value]:
    """All strings, names and numbers of a JSON text, in order. The text must be valid (`is_record`)."""
    stack: list[_Place] = []
    for match in _TOKEN.finditer(text):
        mark = match[0]
        head = mark[0]
        if head in "{[":
            stack.append(_Place(head == "["))
        elif head in "}]":
            stack.pop()
        elif head == ",":
            stack[-1].next()
        elif head == ":":
            stack[-1].named = True
        elif head == '"':
            yield _string(match, stack)
        elif head in "-0123456789" and mark != "-Infinity":
            yield Value(match.start(), match.end(), mark, _path(stack), number=True)


def _string(match: re.Match[str], stack: list[_Place]) -> Value:
    said = json.loads(match[0], strict=False)
    place = stack[-1]
    if not place.is_list and not place.named:
        place.at = said
        return Value(match.start(), match.end(), said, _path(stack[:-1]), name=True)
    return Value(match.start(), match.end(), said, _path(stack))


def _path(stack: list[_Place]) -> Path:
    return tuple(place.at for place in stack)


def replaced(text: str, changes: Iterable[tuple[Value, str]]) -> str:
    """`text` with the given values, in order, replaced by strings."""
    out: list[str] = []
    at = 0
    for value, said in changes:
        out += (text[at : value.start], f'"{escaped(said)}"')
        at = value.end
    out.append(text[at:])
    return "".join(out)
