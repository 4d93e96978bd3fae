"""Italy: partita IVA, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns

OFFICES = frozenset((*range(1, 101), 120, 121, 888, 999))


def is_partita_iva(digits: str) -> bool:
    """Seven digits of a company, an office of 001-100, 120, 121, 888 or 999, then Luhn; one in a hundred."""
    return int(digits[:7]) > 0 and int(digits[7:10]) in OFFICES and luhn(digits)


PATTERNS = Patterns(
    name="it_vat_code",
    type="IT_VAT_CODE",
    country="it",
    source="Decreto ministeriale 23 dicembre 1976; https://www.agenziaentrate.gov.it (partita IVA)",
    forms=("99999999999", "999 9999 999 9"),
    check=is_partita_iva,
    score=0.4,
    context=("partita iva", "p.iva", "p. iva", "piva", "p.i", "iva", "codice fiscale", "cod. fisc", "vat"),
)
