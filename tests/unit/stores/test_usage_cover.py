"""Covers: every hour once, from the largest sums that hold it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.stores.usage_cover import DAY_H, MOST_RUNS, Cover, cover


@pytest.mark.parametrize(
    ("span", "marked", "held", "expected"),
    [
        ((0, 72), (), (0, 1, 2), Cover(days=[(0, 72)])),
        ((0, 72), (), (0, 2), Cover(days=[(0, 24), (48, 72)], hours=[(24, 48)])),
        ((5, 50), (), (0, 1, 2), Cover(days=[(24, 48)], hours=[(5, 24), (48, 50)])),
        ((0, 48), (30, 31), (0, 1), Cover(days=[(0, 24)], hours=[(24, 30), (32, 48)], rows=[(30, 32)])),
        ((0, 4), (0, 3, 9), (), Cover(hours=[(1, 3)], rows=[(0, 1), (3, 4)])),
        ((7, 7), (7,), (0,), Cover()),
    ],
)
def test_worked_cases(span: tuple[int, int], marked: tuple[int, ...], held: tuple[int, ...], expected: Cover) -> None:
    assert cover(*span, marked, held) == expected


def test_where_parts_would_be_many_rows_are_read_instead() -> None:
    marked = range(10, 10 + 4 * MOST_RUNS, 2)
    assert cover(0, 1000, marked, ()) == Cover(hours=[(0, 10), (249, 1000)], rows=[(10, 249)])
    assert cover(0, 48 * 2 * MOST_RUNS, (), range(0, 2 * MOST_RUNS * 2, 2)) == Cover(hours=[(0, 48 * 2 * MOST_RUNS)])


@given(
    st.integers(0, 300),
    st.integers(0, 300),
    st.sets(st.integers(0, 300), max_size=40),
    st.sets(st.integers(0, 12), max_size=12),
)
def test_every_hour_is_covered_once(first: int, last: int, marked: set[int], held: set[int]) -> None:
    found = cover(first, last, marked, held)
    parts = [hour for runs in (found.days, found.hours, found.rows) for run in runs for hour in range(*run)]
    assert sorted(parts) == list(range(first, last))
    sums = {hour for run in (*found.days, *found.hours) for hour in range(*run)}
    assert not sums & marked
    assert all(begin % DAY_H == 0 and end % DAY_H == 0 for begin, end in found.days)
    assert {hour // DAY_H for run in found.days for hour in range(*run)} <= held
