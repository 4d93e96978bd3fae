"""Algeria: numéro d'identification nationale, 18 digits; its two check digits are not published."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_nin(digits: str) -> bool:
    """Kind 1 to 4, then three digits of the year of birth, 9.. or 0..; one number in twelve passes by chance."""
    return digits[0] in "1234" and digits[1] in "90" and not all_same(digits[4:])


PATTERNS = Patterns(
    name="dz_nin",
    type="DZ_NIN",
    country="dz",
    source="Décret exécutif 10-210 du 16 septembre 2010 (numéro d'identification national unique)",
    forms=("999999999999999999", "9 9999 9999 9999 9999 9"),
    check=is_nin,
    score=0.3,
    context=(
        "nin",
        "n.i.n",
        "numéro d'identification nationale",
        "numéro d'identification national",
        "رقم التعريف الوطني",
        "الرقم الوطني",
    ),
)
