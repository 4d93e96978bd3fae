"""Croatia: OIB, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, iso7064_mod11_10
from shoal.trust.masking.patterns import Patterns


def is_oib(digits: str) -> bool:
    """ISO 7064 MOD 11,10; one number in ten passes by chance."""
    return not all_same(digits) and iso7064_mod11_10(digits)


PATTERNS = Patterns(
    name="hr_oib",
    type="HR_OIB",
    country="hr",
    source="Zakon o osobnom identifikacijskom broju (NN 60/08); Porezna uprava",
    forms=("99999999999", "999 999 999 99"),
    check=is_oib,
    score=0.3,
    context=(
        "oib",
        "osobni identifikacijski broj",
        "oib-om",
        "oiba",
        "osobnog identifikacijskog broja",
        "personal identification number",
    ),
)
