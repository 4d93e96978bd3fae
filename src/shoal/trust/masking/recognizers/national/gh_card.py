"""Ghana: number of the Ghana Card: GHA, 9 digits and a check digit whose rule is not published."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_ghana_card(value: str) -> bool:
    """Begins with GHA; the picture itself is rare."""
    return value.startswith("GHA")


PATTERNS = Patterns(
    name="gh_card",
    type="GH_CARD",
    country="gh",
    source="National Identification Authority, Act 707 of 2006; ISO 3166 alpha-3",
    forms=("AAA-999999999-9", "AAA 999999999 9", "AAA9999999999"),
    check=is_ghana_card,
    score=0.85,
    context=("ghana card", "ghanacard", "nia", "national id"),
)
