"""Ukraine: RNOKPP (IPN), the tax number of a person, 10 digits: days since 1899, four digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
EARLIEST, LATEST = 3_650, 47_500


def is_tax_number(digits: str) -> bool:
    """Born from 1910 to 2029; the weighted sum modulo 11, 10 as 0. One number in 20 passes by chance."""
    return EARLIEST <= int(digits[:5]) <= LATEST and weighted(digits[:9], WEIGHTS, 11) % 10 == int(digits[9])


PATTERNS = Patterns(
    name="ua_tax_number",
    type="UA_TAX_NUMBER",
    country="ua",
    source="Податковий кодекс України, ст. 70; наказ Мінфіну 822 від 29.09.2017",
    forms=("9999999999",),
    check=is_tax_number,
    score=0.4,
    context=(
        "рнокпп",
        "іпн",
        "инн",
        "ідентифікаційний код",
        "ідентифікаційний номер",
        "податковий номер",
        "облікової картки платника податків",
        "tax number",
        "rnokpp",
    ),
)
