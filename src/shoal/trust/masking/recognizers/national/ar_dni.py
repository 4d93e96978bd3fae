"""Argentina: Documento Nacional de Identidad, 7 or 8 digits, no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_dni(digits: str) -> bool:
    """From one million on; nothing else can be checked."""
    return int(digits) >= 1_000_000 and not all_same(digits)


PATTERNS = Patterns(
    name="ar_dni",
    type="AR_DNI",
    country="ar",
    source="Ley 17.671, Registro Nacional de las Personas",
    forms=("99.999.999", "9.999.999", "99 999 999", "99999999", "9999999"),
    check=is_dni,
    score=0.1,
    context_score=0.8,
    context=("dni", "d.n.i.", "documento nacional de identidad", "documento de identidad", "nro. de documento"),
)
