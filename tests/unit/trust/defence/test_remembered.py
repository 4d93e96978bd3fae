"""Findings that come from memory."""

from __future__ import annotations

import pytest

from shoal.trust.defence.remembered import SHORTEST, Remembered


def test_a_text_is_looked_at_once_for_each_setting() -> None:
    asked: list[str] = []

    def find(text: str) -> int:
        asked.append(text)
        return len(text)

    memory: Remembered[int] = Remembered()
    text = "x" * SHORTEST
    assert [memory.of(text, find), memory.of(text, find), memory.of(text, find, 0.5)] == [SHORTEST] * 3
    assert [memory.of("short", find), memory.of("short", find)] == [5, 5]
    assert asked == [text, text, "short", "short"]


def test_it_is_bounded_and_holds_no_text() -> None:
    memory: Remembered[int] = Remembered(most=3)
    for letter in "abcdef":
        memory.of(letter * SHORTEST, len)
    assert len(memory) == 3
    assert "ffff" not in repr(list(memory._found.items()))


def test_what_was_asked_for_last_stays() -> None:
    memory: Remembered[int] = Remembered(most=2)
    first, second, third = (letter * SHORTEST for letter in "abc")
    for text in (first, second, first, third):
        memory.of(text, len)
    assert memory.of(first, lambda _: 0) == SHORTEST
    assert memory.of(second, lambda _: 0) == 0


def test_one_that_fails_is_not_remembered() -> None:
    memory: Remembered[float] = Remembered()
    with pytest.raises(ZeroDivisionError):
        memory.of("0" * SHORTEST, lambda _: 1 / 0)
    assert len(memory) == 0
