"""South Korea: business registration number, 10 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns, anything

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
SOURCE = "부가가치세법 (Value Added Tax Act), art. 8; National Tax Service"
CONTEXT = ("사업자등록번호", "사업자번호", "사업자등록", "business registration number", "brn")


def is_brn(digits: str) -> bool:
    """The check digit modulo 10, the tens of five times the ninth digit counted in; one in ten passes by chance."""
    total = weighted(digits[:9], WEIGHTS, 1_000) + int(digits[8]) * 5 // 10
    return int(digits[:3]) > 100 and digits[3:5] != "00" and int(digits[9]) == -total % 10


CHECKED = Patterns(
    name="kr_brn",
    type="KR_BRN",
    country="kr",
    source=SOURCE,
    forms=("999-99-99999",),
    check=is_brn,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="kr_brn_unchecked", forms=("999-99-99999",), check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="kr_brn_plain",
        type="KR_BRN",
        country="kr",
        source=SOURCE,
        forms=("9999999999", "999 99 99999"),
        check=is_brn,
        score=0.3,
        context=CONTEXT,
    ),
)
