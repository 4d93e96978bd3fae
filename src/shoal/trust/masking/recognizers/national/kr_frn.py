"""South Korea: foreigner registration number, 13 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
SOURCE = "출입국관리법 (Immigration Act), art. 31; its enforcement decree, art. 40-2"
CONTEXT = ("외국인등록번호", "외국인등록증", "외국인등록", "foreigner registration", "alien registration", "arc", "frn")


def looks_like_frn(digits: str) -> bool:
    """A day of birth and a digit from 5 to 8 for century and sex; three numbers in two hundred pass by chance."""
    return is_day_of(*pairs(digits)) and digits[6] in "5678"


def is_frn(digits: str) -> bool:
    """That, and the check digit modulo 11 (none since October 2020); two in a thousand pass by chance."""
    return looks_like_frn(digits) and int(digits[12]) == (13 - weighted(digits[:12], WEIGHTS, 11)) % 10


PATTERNS = (
    Patterns(
        name="kr_frn",
        type="KR_FRN",
        country="kr",
        source=SOURCE,
        forms=("999999-9999999",),
        check=looks_like_frn,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="kr_frn_plain",
        type="KR_FRN",
        country="kr",
        source=SOURCE,
        forms=("9999999999999", "999999 9999999"),
        check=is_frn,
        score=0.4,
        context=CONTEXT,
    ),
)
