"""Days of the calendar inside numbers: whether digits can be a date of birth. It knows nothing of any one number."""

from __future__ import annotations

from calendar import monthrange

FIRST_YEAR, LAST_YEAR = 1800, 2199


def is_day(year: int, month: int, day: int) -> bool:
    """Whether the Gregorian calendar has this day, in a year of 1800 to 2199."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return False
    return 1 <= day <= monthrange(year, month)[1]


def is_day_of(short_year: int, month: int, day: int) -> bool:
    """Whether some century has this day: for numbers that give two digits of the year (29 February of 00 passes)."""
    return is_day(2000 + short_year, month, day)


def pairs(digits: str) -> tuple[int, int, int]:
    """The first six digits as three numbers: "850730…" → (85, 7, 30). Raises ValueError for less than six digits."""
    return int(digits[:2]), int(digits[2:4]), int(digits[4:6])
