"""Uruguay: cédula de identidad, 6 or 7 digits and a check digit."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns, anything

WEIGHTS = (2, 9, 8, 7, 6, 3, 4, 1)
SOURCE = "Dirección Nacional de Identificación Civil, Decreto 501/978"
CONTEXT = ("ci:", "ci no", "ci nº", "c.i.", "cédula", "cédula de identidad", "documento de identidad")


def is_ci(digits: str) -> bool:
    """The sum is a multiple of 10; one number in ten passes by chance."""
    return weighted(digits.zfill(8), WEIGHTS, 10) == 0 and not all_same(digits) and int(digits) > 99_999


CHECKED = Patterns(
    name="uy_ci",
    type="UY_CI",
    country="uy",
    source=SOURCE,
    forms=("9.999.999-9", "999.999-9"),
    check=is_ci,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="uy_ci_unchecked", forms=("9.999.999-9",), check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="uy_ci_plain",
        type="UY_CI",
        country="uy",
        source=SOURCE,
        forms=("9999999-9", "999999-9", "99999999", "9.999.999 9"),
        check=is_ci,
        score=0.3,
        context=CONTEXT,
    ),
)
