"""Saudi Arabia: national identity number (first digit 1) and residence permit, iqama (2), 10 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns

ARABIC = (
    "رقم الهوية",
    "هويتي",
    "رقم هوية",
    "الهوية الوطنية",
    "السجل المدني",
    "إقامة",
    "اقامة",
    "الإقامة",
    "الاقامة",
    "iqama",
    "saudi id",
)


def is_national_id(digits: str) -> bool:
    """1 or 2 first, Luhn; one number in fifty passes by chance."""
    return digits[0] in "12" and luhn(digits) and not all_same(digits[1:])


def looks_like_national_id(digits: str) -> bool:
    """1 or 2 first, whatever the sum."""
    return digits[0] in "12"


CHECKED = Patterns(
    name="sa_national_id",
    type="SA_NATIONAL_ID",
    country="sa",
    source="Civil Status Law (Saudi Arabia); National Information Center",
    forms=("9999999999", "999 999 9999"),
    check=is_national_id,
    score=0.4,
    context=(*ARABIC, "هوية", "national id", "absher"),
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED,
        name="sa_national_id_unchecked",
        forms=("9999999999",),
        check=looks_like_national_id,
        score=0.1,
        context=ARABIC,
        context_score=0.7,
    ),
)
