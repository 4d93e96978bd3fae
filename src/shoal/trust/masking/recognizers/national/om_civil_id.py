"""Oman: civil number, 7 to 9 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_civil_number(digits: str) -> bool:
    """Any number but one digit repeated."""
    return digits[0] != "0" and not all_same(digits)


PATTERNS = Patterns(
    name="om_civil_id",
    type="OM_CIVIL_ID",
    country="om",
    source="Civil Status Law (Oman), Royal Decree 66/99",
    forms=("9999999", "99999999", "999999999"),
    check=is_civil_number,
    score=0.1,
    context_score=0.8,
    context=("oman id", "omani id", "civil number", "الرقم المدني", "البطاقة المدنية"),
)
