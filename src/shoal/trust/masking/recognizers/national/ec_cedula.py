"""Ecuador: cédula de identidad, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns

PROVINCES = frozenset(range(1, 25)) | {30}


def is_cedula(digits: str) -> bool:
    """A province, a third digit up to 6, Luhn; two numbers in a hundred pass by chance."""
    return int(digits[:2]) in PROVINCES and digits[2] <= "6" and luhn(digits) and not all_same(digits[2:])


PATTERNS = Patterns(
    name="ec_cedula",
    type="EC_CEDULA",
    country="ec",
    source="Registro Civil del Ecuador; algorithm as published by Dirección General de Registro Civil",
    forms=("9999999999", "999999999-9"),
    check=is_cedula,
    score=0.4,
    context=("cédula", "cédula de identidad", "cédula de ciudadanía", "ci:", "ci no", "ci nº", "c.i.", "nui"),
)
