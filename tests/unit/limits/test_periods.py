"""Windows of the calendar, in zones with and without daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.limits.periods import SECOND, Calendar

YEARS = st.integers(1_600_000_000, 2_200_000_000)
PERIODS = ("hour", "day", "week", "month", "quarter", "year")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("period", "zone", "moment", "start", "end"),
    [
        ("day", "UTC", "2026-11-22T19:00:00", "2026-11-22T00:00:00", "2026-11-23T00:00:00"),
        ("day", "Europe/Berlin", "2026-11-22T23:30:00", "2026-11-22T23:00:00", "2026-11-23T23:00:00"),
        # The day on which clocks go forward has 23 hours, the one on which they go back 25.
        ("day", "Europe/Berlin", "2026-03-29T12:00:00", "2026-03-28T23:00:00", "2026-03-29T22:00:00"),
        ("day", "Europe/Berlin", "2026-10-25T12:00:00", "2026-10-24T22:00:00", "2026-10-25T23:00:00"),
        ("week", "UTC", "2026-11-22T19:00:00", "2026-11-16T00:00:00", "2026-11-23T00:00:00"),
        ("month", "UTC", "2026-12-31T23:59:59", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("month", "America/New_York", "2026-03-01T04:59:59", "2026-02-01T05:00:00", "2026-03-01T05:00:00"),
        ("quarter", "UTC", "2026-11-22T19:00:00", "2026-10-01T00:00:00", "2027-01-01T00:00:00"),
        ("year", "UTC", "2028-02-29T12:00:00", "2028-01-01T00:00:00", "2029-01-01T00:00:00"),
        ("hour", "Asia/Kolkata", "2026-11-22T19:00:00", "2026-11-22T18:30:00", "2026-11-22T19:30:00"),
    ],
)
def test_windows(period: str, zone: str, moment: str, start: str, end: str) -> None:
    assert Calendar(period, zone).window(at(moment)) == (at(start), at(end))


@given(moment=YEARS, period=st.sampled_from(PERIODS), zone=st.sampled_from(ZONES))
def test_every_moment_lies_in_one_window_and_the_next_begins_where_it_ends(moment: int, period: str, zone: str) -> None:
    calendar = Calendar(period, zone)
    start, end = calendar.window(moment * SECOND)
    assert start <= moment * SECOND < end
    assert calendar.window(start) == calendar.window(end - 1) == (start, end)
    assert calendar.window(end)[0] == end
