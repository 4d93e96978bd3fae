"""Nigeria: National Identification Number, 11 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_nin(digits: str) -> bool:
    """Any number that does not begin with 0 (those are telephones) and is not one digit repeated."""
    return digits[0] != "0" and not all_same(digits)


PATTERNS = Patterns(
    name="ng_nin",
    type="NG_NIN",
    country="ng",
    source="National Identity Management Commission Act, 2007",
    forms=("99999999999", "9999 999 9999", "999 9999 9999"),
    check=is_nin,
    score=0.1,
    context_score=0.8,
    context=(
        "nin",
        "n.i.n.",
        "nimc",
        "nin number",
        "national identification number",
        "national identity number",
        "vnin",
    ),
)
