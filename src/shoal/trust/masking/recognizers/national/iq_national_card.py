"""Iraq: number of the national card, 12 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_national_card(digits: str) -> bool:
    """Begins with 19 or 20, the year of birth."""
    return digits[:2] in ("19", "20")


PATTERNS = Patterns(
    name="iq_national_card",
    type="IQ_NATIONAL_ID",
    country="iq",
    source="National Card Law 3 of 2016 (Iraq)",
    forms=("999999999999",),
    check=is_national_card,
    score=0.1,
    context_score=0.8,
    context=("البطاقة الوطنية", "البطاقة الموحدة", "رقم البطاقة الوطنية", "iraqi national card", "iraqi id"),
)
