"""Peru: Documento Nacional de Identidad, 8 digits, at times with a check character."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
DIGITS, LETTERS = "67890112345", "KABCDEFGHIJ"


def is_dni(value: str) -> bool:
    """Eight digits; the ninth, where there is one, is a digit or a letter chosen modulo 11."""
    body, last = value[:8], value[8:]
    if not body.isdigit() or all_same(body) or int(body) < 10_000:
        return False
    rest = -weighted(body, WEIGHTS, 11) % 11
    return last in ("", DIGITS[rest], LETTERS[rest])


PATTERNS = Patterns(
    name="pe_dni",
    type="PE_DNI",
    country="pe",
    source="RENIEC, Ley 26497",
    forms=("99999999", "99999999-X"),
    check=is_dni,
    score=0.1,
    context_score=0.8,
    context=("dni", "d.n.i.", "documento nacional de identidad", "reniec", "documento de identidad"),
)
