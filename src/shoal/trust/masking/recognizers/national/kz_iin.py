"""Kazakhstan: individual identification number (IIN) and business identification number (BIN), 12 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

FIRST = range(1, 12)
SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
SOURCE = "Law 223-III of 12 January 2007 on national registers of identification numbers (Kazakhstan)"


def _checks(digits: str) -> bool:
    """Modulo 11; where the rest is 10, once more with other weights."""
    rest = weighted(digits[:11], FIRST, 11)
    if rest == 10:
        rest = weighted(digits[:11], SECOND, 11)
    return int(digits[11]) == rest


def is_iin(digits: str) -> bool:
    """A day of birth, the century and sex 1 to 6, the check digit; two numbers in a thousand pass by chance."""
    return looks_like_iin(digits) and _checks(digits)


def looks_like_iin(digits: str) -> bool:
    """A day of birth and a century, whatever the check digit."""
    year, month, day = pairs(digits)
    return digits[6] in "123456" and is_day(1800 + (int(digits[6]) - 1) // 2 * 100 + year, month, day)


def is_bin(digits: str) -> bool:
    """A month, kind 4 to 6, 0 to 3, the check digit; one number in 700 passes by chance."""
    return 1 <= int(digits[2:4]) <= 12 and digits[4] in "456" and digits[5] in "01234" and _checks(digits)


PATTERNS = (
    Patterns(
        name="kz_iin",
        type="KZ_IIN",
        country="kz",
        source=SOURCE,
        forms=("999999999999", "999999 999999"),
        check=is_iin,
        score=0.6,
        context=("иин", "жсн", "индивидуальный идентификационный номер", "жеке сәйкестендіру нөмірі", "iin"),
    ),
    Patterns(
        name="kz_iin_unchecked",
        type="KZ_IIN",
        country="kz",
        source=SOURCE,
        forms=("999999999999",),
        check=looks_like_iin,
        score=0.3,
        context=("иин", "жсн", "iin"),
        context_score=0.7,
    ),
    Patterns(
        name="kz_bin",
        type="KZ_BIN",
        country="kz",
        source=SOURCE,
        forms=("999999999999",),
        check=is_bin,
        score=0.4,
        context=("бин", "бсн", "бизнес-идентификационный номер", "business identification number"),
    ),
)
