"""Australia: tax file number, 9 digits (8 in old ones)."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)
OLD_WEIGHTS = (10, 7, 8, 4, 6, 3, 5, 1)


def is_tfn(digits: str) -> bool:
    """The weighted sum is a multiple of 11; one number in eleven passes by chance."""
    weights = WEIGHTS if len(digits) == len(WEIGHTS) else OLD_WEIGHTS
    return not all_same(digits) and weighted(digits, weights, 11) == 0


PATTERNS = Patterns(
    name="au_tfn",
    type="AU_TFN",
    country="au",
    source="Australian Taxation Office, tax file number algorithm (modulus 11)",
    forms=(*spread("999 999 999"), *spread("99 999 999")),
    check=is_tfn,
    score=0.3,
    context=("tfn", "tax file", "tax file number", "ato", "australian tax"),
)
