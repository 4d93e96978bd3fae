"""El Salvador: Documento Único de Identidad, 8 digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns


def is_dui(digits: str) -> bool:
    """The check digit modulo 10 with the weights 9 to 2; one number in ten passes by chance."""
    return int(digits[8]) == -weighted(digits[:8], range(9, 1, -1), 10) % 10 and not all_same(digits)


PATTERNS = Patterns(
    name="sv_dui",
    type="SV_DUI",
    country="sv",
    source="Registro Nacional de las Personas Naturales, Decreto 581/2001",
    forms=("99999999-9", "999999999"),
    check=is_dui,
    score=0.3,
    context=("dui", "d.u.i.", "documento único de identidad"),
)
