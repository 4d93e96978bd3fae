"""Kuwait: civil ID, 12 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_civil_id(digits: str) -> bool:
    """Century (2 is 19.., 3 is 20..), a day of birth, the check digit modulo 11; seven numbers in ten thousand pass."""
    if digits[0] not in "23":
        return False
    year, month, day = pairs(digits[1:])
    century = 1900 if digits[0] == "2" else 2000
    return is_day(century + year, month, day) and int(digits[11]) == 11 - weighted(digits[:11], WEIGHTS, 11)


PATTERNS = Patterns(
    name="kw_civil_id",
    type="KW_CIVIL_ID",
    country="kw",
    source="Public Authority for Civil Information, Law 32 of 1982",
    forms=("999999999999",),
    check=is_civil_id,
    score=0.6,
    context=("civil id", "kuwait id", "البطاقة المدنية", "الرقم المدني", "paci"),
)
