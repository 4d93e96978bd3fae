"""Dominican Republic: cédula de identidad y electoral, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns

SOURCE = "Junta Central Electoral, Ley 8-92"
CONTEXT = ("cédula", "cédula de identidad", "jce", "cédula de identidad y electoral")


def is_cedula(digits: str) -> bool:
    """Luhn; one number in ten passes by chance."""
    return luhn(digits) and not all_same(digits)


PATTERNS = (
    Patterns(
        name="do_cedula",
        type="DO_CEDULA",
        country="do",
        source=SOURCE,
        forms=("999-9999999-9",),
        check=is_cedula,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="do_cedula_plain",
        type="DO_CEDULA",
        country="do",
        source=SOURCE,
        forms=("99999999999", "999 9999999 9"),
        check=is_cedula,
        score=0.3,
        context=CONTEXT,
    ),
)
