"""Denmark: CPR number, day of birth and four digits. Numbers given since 2007 need not pass the old modulus."""

from __future__ import annotations

from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

CONTEXT = ("cpr", "cpr-nr", "cpr-nummer", "cprnr", "cpr.nr", "personnummer", "født", "danish id")
SOURCE = "Lov om Det Centrale Personregister; CPR-kontoret, Personnummeret i CPR; 2007: personnumre uden kontrolciffer"


def _century(seventh: int, year: int) -> int:
    """The seventh digit and the year together give the century."""
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800


def is_cpr(digits: str) -> bool:
    """A day of the calendar; one number in 27 passes by chance."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return digits[6:] != "0000" and is_day(_century(int(digits[6]), year) + year, month, day)


PATTERNS = (
    Patterns(
        name="dk_cpr",
        type="DK_CPR",
        country="dk",
        source=SOURCE,
        forms=("999999-9999",),
        check=is_cpr,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="dk_cpr_plain",
        type="DK_CPR",
        country="dk",
        source=SOURCE,
        forms=("9999999999", "999999 9999", "99 99 99 9999", "99.99.99-9999"),
        check=is_cpr,
        score=0.4,
        context=CONTEXT,
    ),
)
