"""Bahrain: personal number (CPR), 9 digits: year and month of birth, number; its check digit is not published."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_cpr(digits: str) -> bool:
    """A month of birth in the third and fourth place; one number in eight passes by chance."""
    return 1 <= int(digits[2:4]) <= 12


PATTERNS = Patterns(
    name="bh_cpr",
    type="BH_CPR",
    country="bh",
    source="Information & eGovernment Authority, Legislative Decree 46 of 2006",
    forms=("999999999",),
    check=is_cpr,
    score=0.3,
    context=("cpr", "cpr no", "cpr number", "bahrain id", "الرقم الشخصي", "الرقم السكاني", "البطاقة السكانية"),
)
