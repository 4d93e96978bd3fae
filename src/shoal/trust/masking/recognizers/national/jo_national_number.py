"""Jordan: national number, 10 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_national_number(digits: str) -> bool:
    """Begins with 9 or 2 (9 and the year of birth, or 2000 and later); one number in five passes by chance."""
    return digits[0] in "92"


PATTERNS = Patterns(
    name="jo_national_number",
    type="JO_NATIONAL_NUMBER",
    country="jo",
    source="Civil Status Law 9 of 2001 (Jordan)",
    forms=("9999999999",),
    check=is_national_number,
    score=0.1,
    context_score=0.8,
    context=("الرقم الوطني", "national number", "jordanian id"),
)
