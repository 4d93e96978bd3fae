"""Dominican Republic: Registro Nacional del Contribuyente, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 9, 8, 6, 5, 4, 3, 2)


def is_rnc(digits: str) -> bool:
    """The check digit modulo 11; one number in ten passes by chance."""
    rest = weighted(digits[:8], WEIGHTS, 11)
    return digits[0] != "0" and int(digits[8]) == (10 - rest) % 9 + 1


PATTERNS = Patterns(
    name="do_rnc",
    type="DO_RNC",
    country="do",
    source="Dirección General de Impuestos Internos, Ley 11-92",
    forms=("999-99999-9", "9-99-99999-9", "999999999"),
    check=is_rnc,
    score=0.3,
    context=("rnc", "registro nacional del contribuyente", "registro nacional de contribuyentes", "dgii"),
)
