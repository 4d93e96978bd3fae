"""Dates inside numbers: real days only."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.trust.masking.days import is_day, is_day_of, pairs


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2199, 12, 31)))
def test_every_day_of_the_calendar_is_one(day: datetime.date) -> None:
    assert is_day(day.year, day.month, day.day)
    assert is_day_of(day.year % 100, day.month, day.day) or (day.month, day.day) == (2, 29)


@pytest.mark.parametrize(
    "parts", [(1985, 0, 1), (1985, 13, 1), (1985, 1, 0), (1985, 4, 31), (1900, 2, 29), (1799, 1, 1), (2200, 1, 1)]
)
def test_what_is_no_day(parts: tuple[int, int, int]) -> None:
    assert not is_day(*parts)


def test_two_digits_of_the_year() -> None:
    assert is_day_of(0, 2, 29)
    assert not is_day_of(1, 2, 29)


def test_pairs() -> None:
    assert pairs("850730033") == (85, 7, 30)
    with pytest.raises(ValueError, match="invalid literal"):
        pairs("8507")
