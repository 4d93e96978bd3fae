"""Spans of time on the command line: days, months and moments of UTC. It knows no report."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import typer

FORMS = "a day (2026-11-22), a month (2026-11), a year (2026) or a time of UTC (2026-11-22T09:00)"
_PARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?Z?)?)?)?")


def begin_of(text: str) -> float:
    """When that day, month, year or moment begins, as Unix time in seconds. Raises BadParameter."""
    return _read(text)[0].timestamp()


def end_of(text: str) -> float:
    """When that day, month or year has ended, or the moment itself. Raises BadParameter."""
    return _read(text)[1].timestamp()


def _read(text: str) -> tuple[datetime, datetime]:
    found = _PARTS.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"write {FORMS}")
    year, month, day, *clock = (None if part is None else int(part) for part in found.groups())
    try:
        hour, minute, second = (part or 0 for part in clock)
        begin = datetime(year or 0, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
        return begin, _end(begin, month, day, clock[0])
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"there is no such day or time: write {FORMS}") from None


def _end(begin: datetime, month: int | None, day: int | None, hour: int | None) -> datetime:
    if hour is not None:
        return begin
    if day is not None:
        return begin + timedelta(days=1)
    if month is not None:
        return (begin.replace(day=28) + timedelta(days=4)).replace(day=1)
    return begin.replace(year=begin.year + 1)
