"""South Korea: resident registration number, 13 digits; those issued since October 2020 have no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
SOURCE = "주민등록법 시행규칙 (Enforcement rule of the Resident Registration Act), art. 2"
CONTEXT = ("주민등록번호", "주민번호", "주민등록", "resident registration number", "rrn", "jumin")


def looks_like_rrn(digits: str) -> bool:
    """A day of birth and a digit for century and sex; three numbers in two hundred pass by chance."""
    return is_day_of(*pairs(digits)) and digits[6] in "012349"


def is_rrn(digits: str) -> bool:
    """That, and the check digit modulo 11; two in a thousand pass by chance."""
    return looks_like_rrn(digits) and int(digits[12]) == (11 - weighted(digits[:12], WEIGHTS, 11)) % 10


PATTERNS = (
    Patterns(
        name="kr_rrn",
        type="KR_RRN",
        country="kr",
        source=SOURCE,
        forms=("999999-9999999",),
        check=looks_like_rrn,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="kr_rrn_plain",
        type="KR_RRN",
        country="kr",
        source=SOURCE,
        forms=("9999999999999", "999999 9999999"),
        check=is_rrn,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="kr_rrn_unchecked",
        type="KR_RRN",
        country="kr",
        source=SOURCE,
        forms=("9999999999999", "999999 9999999"),
        check=looks_like_rrn,
        score=0.3,
        context=CONTEXT,
    ),
)
