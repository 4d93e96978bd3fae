"""Canada: social insurance number, 9 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns


def is_sin(digits: str) -> bool:
    """Luhn; 0 and 8 are never first; one number in 12 passes by chance."""
    return digits[0] not in "08" and not all_same(digits) and luhn(digits)


PATTERNS = Patterns(
    name="ca_sin",
    type="CA_SIN",
    country="ca",
    source="Employment and Social Development Canada, Social Insurance Registry; ISO/IEC 7812-1 annex B",
    forms=("999-999-999", "999 999 999", "999999999"),
    check=is_sin,
    score=0.4,
    context=(
        *("sin", "sin#", "sin number", "social insurance", "social insurance number", "nas", "n.a.s."),
        *("numéro d'assurance sociale", "assurance sociale", "service canada"),
    ),
)
