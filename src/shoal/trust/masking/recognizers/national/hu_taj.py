"""Hungary: TAJ, the social security number, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 7, 3, 7, 3, 7, 3, 7)


def is_taj(digits: str) -> bool:
    """The weighted sum modulo 10; one number in ten passes by chance."""
    return not all_same(digits) and weighted(digits[:8], WEIGHTS, 10) == int(digits[8])


PATTERNS = Patterns(
    name="hu_taj",
    type="HU_TAJ",
    country="hu",
    source="1996. évi XX. törvény, melléklet",
    forms=spread("999 999 999"),
    check=is_taj,
    score=0.3,
    context=(
        "taj",
        "taj-szám",
        "tajszám",
        "taj szám",
        "taj-száma",
        "taj száma",
        "tajszáma",
        "társadalombiztosítási",
        "social security",
    ),
)
