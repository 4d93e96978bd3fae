"""Slovenia: davčna številka, 8 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns


def is_tax_number(digits: str) -> bool:
    """Not 0 first; 11 less the weighted sum modulo 11, 10 as 0, 11 is never given. One number in 11 by chance."""
    check = 11 - weighted(digits[:7], range(8, 1, -1), 11)
    return digits[0] != "0" and check != 11 and check % 10 == int(digits[7])


PATTERNS = Patterns(
    name="si_tax_number",
    type="SI_TAX_NUMBER",
    country="si",
    source="Zakon o finančni upravi; Finančna uprava Republike Slovenije",
    forms=("99999999", "99 99 99 99"),
    check=is_tax_number,
    score=0.3,
    context=(
        "davčna številka",
        "davčna št",
        "davčno številko",
        "davčne številke",
        "davčna",
        "id za ddv",
        "ddv",
        "tax number",
    ),
)
