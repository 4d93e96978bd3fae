"""Venezuela: cédula de identidad, V or E and 6 to 8 digits, no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns

SOURCE = "SAIME, Ley Orgánica de Identificación"
CONTEXT = ("cédula", "cédula de identidad", "ci:", "ci no", "ci nº", "c.i.", "titular de la cédula")


def is_cedula(value: str) -> bool:
    """V for Venezuelans, E for foreigners."""
    return value[0] in "VE" and value[1] != "0" and not all_same(value[1:])


PATTERNS = (
    Patterns(
        name="ve_cedula",
        type="VE_CEDULA",
        country="ve",
        source=SOURCE,
        forms=("A-99.999.999", "A-9.999.999", "A- 99.999.999"),
        check=is_cedula,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="ve_cedula_plain",
        type="VE_CEDULA",
        country="ve",
        source=SOURCE,
        forms=("A-99999999", "A-9999999", "A99999999", "A9999999", "A 99.999.999"),
        check=is_cedula,
        score=0.1,
        context_score=0.8,
        context=CONTEXT,
    ),
)
