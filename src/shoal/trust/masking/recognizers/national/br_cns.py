"""Brazil: Cartão Nacional de Saúde (health card of the SUS), 15 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns


def is_cns(digits: str) -> bool:
    """Begins with 1, 2, 7, 8 or 9; the sum weighted 15 to 1 is a multiple of 11; one number in 22 passes by chance."""
    return digits[0] in "12789" and weighted(digits, range(15, 0, -1), 11) == 0


PATTERNS = Patterns(
    name="br_cns",
    type="BR_CNS",
    country="br",
    source="Ministério da Saúde / DATASUS, Portaria 940/2011",
    forms=("999 9999 9999 9999", "999999999999999"),
    check=is_cns,
    score=0.3,
    context=("cns", "cartão nacional de saúde", "cartão sus", "cartão do sus", "número do sus"),
)
