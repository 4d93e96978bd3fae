"""Periods: the calendar window in which a moment lies, in any time zone, with daylight saving. It counts nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
# Of rates and rolling budgets, in microseconds: a month is 30 days there, a year 365.
LENGTHS = {
    "second": SECOND,
    "minute": 60 * SECOND,
    "hour": 3600 * SECOND,
    "day": 86_400 * SECOND,
    "week": 7 * 86_400 * SECOND,
    "month": 30 * 86_400 * SECOND,
    "quarter": 91 * 86_400 * SECOND,
    "year": 365 * 86_400 * SECOND,
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Calendar:
    """Windows of one period ("hour" to "year") in one time zone; weeks begin on Monday. The last answer is kept."""

    __slots__ = ("_end", "_period", "_start", "_zone")

    def __init__(self, period: str, zone: str = "UTC") -> None:
        self._period = period
        self._zone = ZoneInfo(zone)
        self._start = self._end = 0

    def window(self, at: int) -> tuple[int, int]:
        """The window's start and the next one's, in Unix microseconds."""
        if not self._start <= at < self._end:
            self._start, self._end = self._find(at)
        return self._start, self._end

    def _find(self, at: int) -> tuple[int, int]:
        if self._period == "hour":
            return self._hour(at)
        here = datetime.fromtimestamp(at // SECOND, self._zone).replace(tzinfo=None)
        begin = here.replace(hour=0, minute=0, second=0)
        if self._period == "week":
            begin -= timedelta(days=begin.weekday())
            end = begin + timedelta(days=7)
        elif self._period == "day":
            end = begin + timedelta(days=1)
        else:
            months = MONTHS[self._period]
            begin = begin.replace(day=1, month=(begin.month - 1) // months * months + 1)
            end = _later(begin, months)
        return self._unix(begin), self._unix(end)

    def _hour(self, at: int) -> tuple[int, int]:
        """Hours of the zone's clock: in a zone of +05:30 they begin at the half hour of UTC."""
        moment = datetime.fromtimestamp(at // SECOND, self._zone)
        offset = moment.utcoffset() or timedelta()
        shift = int(offset.total_seconds()) * SECOND
        start = (at + shift) // LENGTHS["hour"] * LENGTHS["hour"] - shift
        return start, start + LENGTHS["hour"]

    def _unix(self, local: datetime) -> int:
        """A local midnight as Unix microseconds; one that daylight saving skips is the moment of the change."""
        moment = local.replace(tzinfo=self._zone)
        return int(moment.astimezone(UTC).timestamp()) * SECOND


def _later(begin: datetime, months: int) -> datetime:
    month = begin.month - 1 + months
    return begin.replace(year=begin.year + month // 12, month=month % 12 + 1)
