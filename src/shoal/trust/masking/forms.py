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
_RUN_BYTES = frozenset(b"9Ae")
_NUMBER = re.compile(rb"9[9Ae]*")
_JOINT = re.compile(rb"([^9Ae]{1,8})([9Ae]+)")
_LEADING = re.compile(r"(?:A+[^9A]+)*")
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
        self._lead = self._longest = 0
        for form, meaning in forms:
            for picture in _pictures(form):
                self._add(picture, meaning)

    def _add(self, picture: str, meaning: T) -> None:
        self._longest = max(self._longest, len(picture))
        leading = _LEADING.match(picture)
        self._lead = max(self._lead, leading.end() if leading else 0)
        node = self._root
        for step in _PICTURE.findall(picture):
            node = node.next.setdefault(step.encode("ascii"), _Node())
        node.ends.append(meaning)

    def find(self, latin: bytes) -> Iterator[tuple[int, int, T]]:
        """Each (start, end, meaning) at which a form stands by itself: not inside a longer word or number, nor tied to
        more digits by "-", ".", "/" or "_"."""
        shapes = latin.translate(_SHAPES)
        first = self._root.next
        done = 0
        for match in _NUMBER.finditer(shapes):
            start, end = match.span()
            before = shapes[max(done, start - self._longest) : start]
            start -= len(before) - len(before.rstrip(b"Ae"))
            words = self._words_before(shapes, done, start) if b"A" in before else ()
            for begin, stop in (*words, (start, end)):
                node = first.get(shapes[begin:stop])
                if node is not None and not _tied(shapes, begin - 1, -1):
                    yield from self._walk(shapes, begin, stop, node)
            done = end

    def _words_before(self, shapes: bytes, done: int, start: int) -> Iterator[tuple[int, int]]:
        """The words without digits right before a number, at which a form may begin ("AA" of "AA 999")."""
        window = max(done, start - self._lead)
        for match in _RUN.finditer(shapes, window, start):
            if match.start() > window or not window or shapes[window - 1] not in _RUN_BYTES:
                yield match.span()

    def _walk(self, shapes: bytes, start: int, end: int, node: _Node[T]) -> Iterator[tuple[int, int, T]]:
        while True:
            if node.ends and not _tied(shapes, end, 1):
                for meaning in node.ends:
                    yield start, end, meaning
            step = _JOINT.match(shapes, end) if node.next else None
            between = node.next.get(step[1]) if step else None
            after = between.next.get(step[2]) if step and between else None
            if step is None or after is None:
                return
            node, end = after, step.end()


def _tied(shapes: bytes, joint: int, step: int) -> bool:
    """Whether the character at `joint` ties the number to more digits."""
    beyond = joint + step
    return (
        0 <= joint < len(shapes) and 0 <= beyond < len(shapes) and shapes[joint] in _JOINTS and shapes[beyond] == 0x39
    )
