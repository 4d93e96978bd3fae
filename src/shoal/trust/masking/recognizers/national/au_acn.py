"""Australia: company number, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1, 1)


def is_acn(digits: str) -> bool:
    """Weights 8 to 1 and the check digit, a multiple of 10; one number in ten passes by chance."""
    return not all_same(digits) and weighted(digits, WEIGHTS, 10) == 0


PATTERNS = Patterns(
    name="au_acn",
    type="AU_ACN",
    country="au",
    source="Australian Securities and Investments Commission, ACN check digit",
    forms=spread("999 999 999"),
    check=is_acn,
    score=0.3,
    context=("acn", "australian company number", "company number", "asic", "arbn"),
)
