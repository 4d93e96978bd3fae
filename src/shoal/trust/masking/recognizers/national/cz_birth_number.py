"""Czechia: rodné číslo, day of birth (women 50 more in the month) and three or four digits."""

from __future__ import annotations

from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

CONTEXT = ("rodné číslo", "rodného čísla", "rodným číslem", "rodné č", "r.č", "rč", "r. č", "birth number")
SOURCE = "Zákon č. 133/2000 Sb., o evidenci obyvatel, §13"
WOMEN, SPARE, SPARE_FROM = 50, 20, 2004


def is_birth_number(digits: str) -> bool:
    """A day; ten digits (from 1954) are a multiple of 11, or until 1985 the nine leave 10 and the last is 0. One
    number in 100 passes by chance; of the old ones with nine digits one in nine."""
    year, month, day = pairs(digits)
    if len(digits) == 9:
        return year < 54 and digits[6:] != "000" and is_day(1900 + year, month % WOMEN, day)
    year += 1900 if year >= 54 else 2000
    month = month - WOMEN if month > WOMEN else month
    if month > SPARE and year >= SPARE_FROM:
        month -= SPARE
    divides = int(digits) % 11 == 0 or (year < 1986 and digits[9] == "0" and int(digits[:9]) % 11 == 10)
    return divides and is_day(year, month, day)


PATTERNS = (
    Patterns(
        name="cz_birth_number",
        type="CZ_BIRTH_NUMBER",
        country="cz",
        source=SOURCE,
        forms=("999999/9999", "999999 / 9999"),
        check=is_birth_number,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="cz_birth_number_plain",
        type="CZ_BIRTH_NUMBER",
        country="cz",
        source=SOURCE,
        forms=("9999999999", "999999 9999", "999999-9999", "999999/999", "999999999"),
        check=is_birth_number,
        score=0.4,
        context=CONTEXT,
    ),
)
