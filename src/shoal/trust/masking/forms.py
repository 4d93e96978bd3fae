"""Forms: the pictures in which numbers are written, all looked for in one pass.

A form is a picture such as "999-99-9999": 9 is a digit, A a letter of either case, X either of both; everything else
stands for itself. The cost does not grow with the number of forms: each run of letters and digits is looked up in a
table by its own picture, so no text can make it slow.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_SHAPES = bytes(
    0x39 if chr(b).isdigit() and b < 128 else 0x41 if (chr(b).isalpha() and b < 128) else 0x65 if b == 0xE9 else b
    for b in range(256)
)
_RUN = re.compile(rb"[9Ae]+")
_PICTURE = re.compile(r"[9A]+|[^9A]+")
_JOINTS = frozenset(b"-./_")
_MOST_X = 4


def spread(form: str, separators: str = " -") -> tuple[str, ...]:
    """`form` with its blanks written as each of `separators` and left out: "99 999" → "99 999", "99-999", "99999"."""
    return tuple(dict.fromkeys(form.replace(" ", mark) for mark in (*separators, "")))


def _pictures(form: str) -> Iterator[str]:
    """The form with every X written out as 9 and as A."""
    if form.count("X") > _MOST_X:
        raise ValueError(f"form {form!r}: more than {_MOST_X} X, write a pattern instead")
    for choice in itertools.product("9A", repeat=form.count("X")):
        letters = iter(choice)
        yield "".join(next(letters) if mark == "X" else mark for mark in form)


class _Node(Generic[T]):
    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[bytes, _Node[T]] = {}
        self.ends: list[T] = []


class Forms(Generic[T]):
    """Forms and what each stands for. `find` takes one byte per character (`Folded.latin`)."""

    def __init__(self, forms: Iterable[tuple[str, T]]) -> None:
        self._root: _Node[T] = _Node()
        for form, meaning in forms:
            for picture in _pictures(form):
                self._add(picture, meaning)

    def _add(self, picture: str, meaning: T) -> None:
        node = self._root
        for step in _PICTURE.findall(picture):
            node = node.next.setdefault(step.encode("ascii"), _Node())
        node.ends.append(meaning)

    def find(self, latin: bytes) -> Iterator[tuple[int, int, T]]:
        """Each (start, end, meaning) at which a form stands by itself: not inside a longer word or number, nor tied to
        more digits by "-", ".", "/" or "_"."""
        shapes = latin.translate(_SHAPES)
        if b"9" not in shapes:
            return
        runs = [(match.start(), match.end()) for match in _RUN.finditer(shapes)]
        first = self._root.next
        for at, (start, end) in enumerate(runs):
            node = first.get(shapes[start:end])
            if node is not None and not _tied(shapes, start - 1, -1):
                yield from self._walk(shapes, runs, at, node)

    def _walk(
        self, shapes: bytes, runs: list[tuple[int, int]], at: int, node: _Node[T]
    ) -> Iterator[tuple[int, int, T]]:
        start, end = runs[at]
        while True:
            if node.ends and not _tied(shapes, end, 1):
                for meaning in node.ends:
                    yield start, end, meaning
            at += 1
            if at == len(runs) or not node.next:
                return
            between = node.next.get(shapes[end : runs[at][0]])
            if between is None:
                return
            after = between.next.get(shapes[runs[at][0] : runs[at][1]])
            if after is None:
                return
            node, end = after, runs[at][1]


def _tied(shapes: bytes, joint: int, step: int) -> bool:
    """Whether the character at `joint` ties the number to more digits."""
    beyond = joint + step
    return (
        0 <= joint < len(shapes) and 0 <= beyond < len(shapes) and shapes[joint] in _JOINTS and shapes[beyond] == 0x39
    )
