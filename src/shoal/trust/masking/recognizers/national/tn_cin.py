"""Tunisia: carte d'identité nationale, 8 digits from 0 or 1; no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_cin(digits: str) -> bool:
    """0 or 1 first; one number in five passes by chance."""
    return digits[0] in "01" and not all_same(digits)


PATTERNS = Patterns(
    name="tn_cin",
    type="TN_CIN",
    country="tn",
    source="Loi 93-27 du 22 mars 1993 relative à la carte nationale d'identité",
    forms=("99999999",),
    check=is_cin,
    score=0.1,
    context_score=0.8,
    context=("cin", "c.i.n", "carte d'identité nationale", "carte d'identité", "بطاقة التعريف", "ب.ت.و"),
)
