"""United Kingdom: driver number, 16 characters made of surname, date of birth and initials."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns

_FEMALE = 50


def is_driver_number(number: str) -> bool:
    """The date of birth inside exists: decade digit, month (50 more for women), day, year digit."""
    month, day, year = int(number[6:8]), int(number[8:10]), int(number[5] + number[10])
    return is_day_of(year, month % _FEMALE, day) and month // _FEMALE < 2


PATTERNS = Patterns(
    name="gb_driver_license",
    type="GB_DRIVER_LICENSE",
    country="gb",
    source="DVLA, INF 45: what the driver number means",
    regexes=(r"(?i)\b[A-Z][A-Z9]{4} ?\d[0156]\d[0-3]\d{2} ?[A-Z][A-Z9][0-9A-Z][A-Z]{2}(?: ?\d\d)?\b",),
    check=is_driver_number,
    score=0.85,
    context=("driving licence", "driver number", "licence number", "dvla", "driving license"),
    context_score=1.0,
)
