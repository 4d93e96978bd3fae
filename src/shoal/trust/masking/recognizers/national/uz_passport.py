"""Uzbekistan: passport and identity card, two letters and seven digits."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_passport(value: str) -> bool:
    """Series A, F or K first: citizens (AA, AB, AC, AD), others (FA, FB), travel (FK, KA)."""
    return value[0] in "AFK" and value[1] in "ABCDEKN"


PATTERNS = Patterns(
    name="uz_passport",
    type="UZ_PASSPORT",
    country="uz",
    source="Ministry of Internal Affairs of Uzbekistan, Decree UP-2240 of 1999",
    forms=("AA9999999", "AA 9999999"),
    check=is_passport,
    score=0.1,
    context_score=0.8,
    context=("pasport", "passport", "паспорт", "паспорт рақами", "pasport seriyasi", "id karta", "id-karta"),
)
