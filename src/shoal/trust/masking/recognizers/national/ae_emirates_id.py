"""United Arab Emirates: Emirates ID, 15 digits from 784."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_emirates_id(digits: str) -> bool:
    """784 (ISO 3166), then a year of birth 1900 to 2049; fifteen numbers in a million pass by chance. The last digit
    is by Luhn on most cards but not on all, so it is not looked at."""
    return digits.startswith("784") and 1900 <= int(digits[3:7]) <= 2049


PATTERNS = Patterns(
    name="ae_emirates_id",
    type="AE_EMIRATES_ID",
    country="ae",
    source="Federal Authority for Identity, Citizenship, Customs and Port Security; Federal Law 9 of 2006",
    forms=("999-9999-9999999-9", "999 9999 9999999 9", "999999999999999"),
    check=is_emirates_id,
    score=0.85,
    context=("emirates id", "eid", "uae id", "الهوية الإماراتية", "رقم الهوية", "بطاقة الهوية", "id number"),
)
