"""Thailand: national identification number, 13 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns, anything

SOURCE = "Royal Thai Government, Department of Provincial Administration, Population Registration Act 2534"
CONTEXT = (
    "เลขประจำตัวประชาชน",
    "บัตรประชาชน",
    "เลขบัตรประชาชน",
    "หมายเลขประจำตัว",
    "เลขที่บัตร",
    "เลขประจำตัวผู้เสียภาษี",
    "thai id",
    "national id",
    "id card",
    "tax id",
)


def is_tnin(digits: str) -> bool:
    """Not 0 or 9 first; the check digit modulo 11 with the weights 13 to 2; one number in twelve passes by chance."""
    check = (11 - weighted(digits[:12], range(13, 1, -1), 11)) % 10
    return digits[0] not in "09" and int(digits[12]) == check


CHECKED = Patterns(
    name="th_tnin",
    type="TH_TNIN",
    country="th",
    source=SOURCE,
    forms=("9-9999-99999-99-9", "9 9999 99999 99 9"),
    check=is_tnin,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="th_tnin_unchecked", check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="th_tnin_plain",
        type="TH_TNIN",
        country="th",
        source=SOURCE,
        forms=("9999999999999",),
        check=is_tnin,
        score=0.3,
        context=CONTEXT,
    ),
)
