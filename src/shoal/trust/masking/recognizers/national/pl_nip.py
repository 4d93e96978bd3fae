"""Poland: NIP, the tax number of firms, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def is_nip(digits: str) -> bool:
    """A tax office from 100 on, then the weighted sum modulo 11, never 10; one number in 14 passes by chance."""
    return int(digits[:3]) >= 100 and weighted(digits[:9], WEIGHTS, 11) == int(digits[9])


PATTERNS = Patterns(
    name="pl_nip",
    type="PL_NIP",
    country="pl",
    source="Ustawa o zasadach ewidencji i identyfikacji podatników z 13 października 1995",
    forms=("9999999999", "999-999-99-99", "999-99-99-999", "999 999 99 99", "999 99 99 999"),
    check=is_nip,
    score=0.4,
    context=(
        "nip",
        "nr nip",
        "numer nip",
        "identyfikacji podatkowej",
        "podatnik",
        "vat",
        "tax id",
        "tax number",
    ),
)
