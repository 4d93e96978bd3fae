"""Findings that come from memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shoal.trust.defence.remembered import SHORTEST, Remembered

FIRST, SECOND, THIRD = (letter * SHORTEST for letter in "abc")


def lengths(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def nothing(texts: Sequence[str]) -> list[int]:
    return [0 for _ in texts]


def test_a_text_is_looked_at_once_for_each_setting() -> None:
    asked: list[list[str]] = []

    def find(texts: Sequence[str]) -> list[int]:
        asked.append([*texts])
        return lengths(texts)

    memory: Remembered[int] = Remembered()
    assert memory.of([FIRST, "short", SECOND], find) == [SHORTEST, 5, SHORTEST]
    assert memory.of([SECOND, THIRD, FIRST, "short"], find) == [SHORTEST, SHORTEST, SHORTEST, 5]
    assert memory.of([FIRST, SECOND], find) == [SHORTEST, SHORTEST]
    assert memory.of([FIRST], find, 0.5) == [SHORTEST]
    assert memory.of([], find) == []
    assert asked == [[FIRST, "short", SECOND], [THIRD, "short"], [FIRST]]


def test_it_is_bounded_and_holds_no_text() -> None:
    memory: Remembered[int] = Remembered(most=3)
    memory.of([letter * SHORTEST for letter in "abcdef"], lengths)
    assert len(memory) == 3
    assert "f" * 8 not in repr(list(memory._found.items()))


def test_what_was_asked_for_last_stays() -> None:
    memory: Remembered[int] = Remembered(most=2)
    for text in (FIRST, SECOND, FIRST, THIRD):
        memory.of([text], lengths)
    assert memory.of([FIRST], nothing) == [SHORTEST]
    assert memory.of([SECOND], nothing) == [0]


def test_one_that_fails_is_not_remembered() -> None:
    memory: Remembered[float] = Remembered()
    with pytest.raises(ZeroDivisionError):
        memory.of([FIRST], lambda _: [1 / 0])
    assert len(memory) == 0
