"""Uruguay: Registro Único Tributario, 12 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def is_rut(digits: str) -> bool:
    """Kind 01 to 22, a number, 001 and a check digit modulo 11; one number in 40,000 passes by chance."""
    if not 1 <= int(digits[:2]) <= 22 or int(digits[2:8]) == 0 or digits[8:11] != "001":
        return False
    return int(digits[11]) == -weighted(digits[:11], WEIGHTS, 11) % 11


PATTERNS = Patterns(
    name="uy_rut",
    type="UY_RUT",
    country="uy",
    source="Dirección General Impositiva, RUT",
    forms=("999999999999", "99 999999 999 9", "99-999999-999-9"),
    check=is_rut,
    score=0.85,
    context=("rut", "rut dgi", "registro único tributario"),
)
