"""Venezuela: Registro Único de Información Fiscal, a letter and 9 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

KINDS = {"V": 4, "E": 8, "J": 12, "P": 16, "G": 20, "C": 12}
WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
SOURCE = "SENIAT, Providencia Administrativa 0073"
CONTEXT = ("rif", "r.i.f.", "registro de información fiscal", "registro único de información fiscal", "seniat")


def is_rif(value: str) -> bool:
    """The check digit modulo 11, the letter counted in; two numbers in a hundred pass by chance."""
    kind = KINDS.get(value[0])
    if kind is None:
        return False
    rest = (kind + weighted(value[1:9], WEIGHTS, 11)) % 11
    return int(value[9]) == (0 if rest < 2 else 11 - rest) and int(value[1:9]) > 0


def looks_like_rif(value: str) -> bool:
    """A kind of person, whatever the sum."""
    return value[0] in KINDS


CHECKED = Patterns(
    name="ve_rif",
    type="VE_RIF",
    country="ve",
    source=SOURCE,
    forms=("A-99999999-9", "A-999999999"),
    check=is_rif,
    score=0.6,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(
        CHECKED, name="ve_rif_unchecked", forms=("A-99999999-9",), check=looks_like_rif, score=0.3, context_score=0.7
    ),
    Patterns(
        name="ve_rif_plain",
        type="VE_RIF",
        country="ve",
        source=SOURCE,
        forms=("A999999999", "A99999999-9", "A 99999999 9"),
        check=is_rif,
        score=0.4,
        context=CONTEXT,
    ),
)
