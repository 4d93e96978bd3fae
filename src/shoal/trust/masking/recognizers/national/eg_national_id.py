"""Egypt: national number, 14 digits: century, day of birth, governorate, number, check digit."""

from __future__ import annotations

from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

GOVERNORATES = frozenset((1, 2, 3, 4, *range(11, 20), *range(21, 30), *range(31, 36), 88))


def is_national_id(digits: str) -> bool:
    """Century (2 is 19.., 3 is 20..), a day of birth, a governorate; two numbers in a thousand pass by chance. The
    rule of the last digit is not published."""
    if digits[0] not in "23":
        return False
    year, month, day = pairs(digits[1:])
    century = 1900 if digits[0] == "2" else 2000
    return is_day(century + year, month, day) and int(digits[7:9]) in GOVERNORATES


PATTERNS = Patterns(
    name="eg_national_id",
    type="EG_NATIONAL_ID",
    country="eg",
    source="Law 143 of 1994 concerning civil status (Egypt)",
    forms=("99999999999999", "9 999999 99 99999", "9-999999-99-99999"),
    check=is_national_id,
    score=0.6,
    context=(
        "الرقم القومي",
        "رقم قومي",
        "رقمي القومي",
        "رقمه القومي",
        "رقمها القومي",
        "بطاقة الرقم القومي",
        "رقم البطاقة",
        "national id",
        "egyptian id",
    ),
)
