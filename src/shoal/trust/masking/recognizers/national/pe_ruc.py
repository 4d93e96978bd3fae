"""Peru: Registro Único de Contribuyentes, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

KINDS = ("10", "15", "16", "17", "20")
WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_ruc(digits: str) -> bool:
    """A kind of taxpayer, then the check digit modulo 11; five numbers in a thousand pass by chance."""
    return digits[:2] in KINDS and int(digits[10]) == (11 - weighted(digits[:10], WEIGHTS, 11)) % 10


PATTERNS = Patterns(
    name="pe_ruc",
    type="PE_RUC",
    country="pe",
    source="SUNAT, Decreto Legislativo 943",
    forms=("99999999999", "99-99999999-9"),
    check=is_ruc,
    score=0.4,
    context=("ruc", "r.u.c.", "registro único de contribuyentes", "sunat", "tax id"),
)
