"""Costa Rica: cédula of people and companies, and DIMEX of residents; no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

SOURCE = "Tribunal Supremo de Elecciones; Dirección General de Migración y Extranjería; Registro Nacional"
CONTEXT = ("cédula", "cédula de identidad", "cédula jurídica", "ced.", "dimex")


def is_cedula(digits: str) -> bool:
    """People: province 1 to 9 and nine digits; companies: ten digits from 2 to 5; DIMEX: 11 or 12 digits from 1."""
    firsts = {9: "123456789", 10: "2345", 11: "1", 12: "1"}[len(digits)]
    return digits[0] in firsts and not all_same(digits[1:])


PATTERNS = (
    Patterns(
        name="cr_cedula",
        type="CR_CEDULA",
        country="cr",
        source=SOURCE,
        forms=("9-9999-9999", "9-999-999999"),
        check=is_cedula,
        score=0.4,
        context=CONTEXT,
    ),
    Patterns(
        name="cr_cedula_plain",
        type="CR_CEDULA",
        country="cr",
        source=SOURCE,
        forms=("999999999", "9999999999", "99999999999", "999999999999", "9 9999 9999"),
        check=is_cedula,
        score=0.1,
        context_score=0.8,
        context=CONTEXT,
    ),
)
