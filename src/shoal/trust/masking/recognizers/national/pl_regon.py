"""Poland: REGON, the number of a firm, 9 or 14 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

SHORT = (8, 9, 2, 3, 4, 5, 6, 7)
LONG = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)


def is_regon(digits: str) -> bool:
    """Weighted sums modulo 11, 10 as 0; the long number holds the short one. One in 10 or in 100 passes by chance."""
    if int(digits[:9]) == 0 or weighted(digits[:8], SHORT, 11) % 10 != int(digits[8]):
        return False
    return len(digits) == 9 or weighted(digits[:13], LONG, 11) % 10 == int(digits[13])


PATTERNS = Patterns(
    name="pl_regon",
    type="PL_REGON",
    country="pl",
    source="Rozporządzenie Rady Ministrów z 30 listopada 2015 (rejestr REGON); https://stat.gov.pl",
    forms=("999999999", "999-999-999", "999 999 999", "99999999999999"),
    check=is_regon,
    score=0.3,
    context=("regon", "nr regon", "numer regon"),
)
