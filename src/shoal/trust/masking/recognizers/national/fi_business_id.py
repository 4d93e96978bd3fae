"""Finland: Y-tunnus of a company, seven digits, a dash and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


def is_business_id(digits: str) -> bool:
    """11 less the weighted sum modulo 11, 0 for 0; a rest of 1 is never given. One number in 11 passes by chance."""
    rest = weighted(digits[:7], WEIGHTS, 11)
    return int(digits[:7]) > 0 and rest != 1 and int(digits[7]) == -rest % 11


PATTERNS = Patterns(
    name="fi_business_id",
    type="FI_BUSINESS_ID",
    country="fi",
    source="Yritys- ja yhteisötietolaki 244/2001; https://www.ytj.fi (Y-tunnus)",
    forms=("9999999-9", "999999-9"),
    check=lambda digits: is_business_id(digits.zfill(8)),
    score=0.4,
    context=("y-tunnus", "ytunnus", "ly-tunnus", "fo-nummer", "business id", "yritystunnus"),
)
