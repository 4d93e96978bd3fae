"""Dominican Republic: cédula de identidad y electoral, 11 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns, anything

SOURCE = "Junta Central Electoral, Ley 8-92"
CONTEXT = ("cédula", "cédula de identidad", "jce", "cédula de identidad y electoral")


def is_cedula(digits: str) -> bool:
    """Luhn; one number in ten passes by chance."""
    return luhn(digits) and not all_same(digits)


CHECKED = Patterns(
    name="do_cedula",
    type="DO_CEDULA",
    country="do",
    source=SOURCE,
    forms=("999-9999999-9",),
    check=is_cedula,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED, name="do_cedula_unchecked", forms=("999-9999999-9",), check=anything, score=0.3, context_score=0.7
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
