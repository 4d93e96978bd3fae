"""Expressions: many regular expressions (RE2) over one text; small sets of them tell first which can match at all.

It knows nothing of entities. One set of all would be fastest on a text seen before, but its automaton has a state for
every mixture of half-read numbers: on new text full of digits that costs 20 times as much as sets of a dozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

import re2  # type: ignore[import-untyped]

T = TypeVar("T")

TOGETHER = 15
# Bytes that the automaton of one expression or one set may take before it starts anew.
MEMORY = 16 << 20


class _Together(Generic[T]):
    """At most TOGETHER expressions and their set, whose first one is empty and always matches."""

    def __init__(self, expressions: list[tuple[str, T]], options: re2.Options) -> None:
        self._set = re2.Set.SearchSet(options)
        self._set.Add(b"")
        self._all: list[tuple[Any, int, T]] = []
        for source, meaning in expressions:
            regex = re2.compile(source.encode("ascii"), options)
            self._all.append((regex, regex.groupindex.get(b"value", 0), meaning))
            self._set.Add(source.encode("ascii"))
        self._set.Compile()

    def can_match(self, latin: bytes) -> list[tuple[Any, int, T]]:
        """Those that can match. A set that has run out of memory does not even match its empty one: then all."""
        matched = self._set.Match(latin)
        if matched is None:
            return self._all
        return [self._all[at - 1] for at in sorted(matched) if at] if len(matched) > 1 else []


class Expressions(Generic[T]):
    """Regular expressions and what each stands for. `find` takes one byte per character (`Folded.latin`)."""

    def __init__(self, expressions: Iterable[tuple[str, T]]) -> None:
        """Raises ValueError (re2.error) where an expression is wrong or not ASCII."""
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = MEMORY
        options.log_errors = False
        every = list(expressions)
        self._sets = [_Together(every[at : at + TOGETHER], options) for at in range(0, len(every), TOGETHER)]

    def find(self, latin: bytes) -> Iterator[tuple[int, int, T]]:
        """Each (start, end, meaning), narrowed to the group named `value` where there is one; none is empty."""
        for together in self._sets:
            for regex, group, meaning in together.can_match(latin):
                for match in regex.finditer(latin):
                    start, end = match.span(group)
                    if start < end:
                        yield start, end, meaning
