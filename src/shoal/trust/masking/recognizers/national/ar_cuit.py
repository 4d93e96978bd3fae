"""Argentina: CUIT and CUIL, the tax and labour number, 11 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns, anything

KINDS = ("20", "23", "24", "25", "26", "27", "30", "33", "34", "50", "51", "55")
WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_cuit(digits: str) -> bool:
    """A kind of person, then the check digit modulo 11, 9 for 10; one number in eighty passes by chance."""
    check = "012345678990"[11 - weighted(digits[:10], WEIGHTS, 11)]
    return digits[:2] in KINDS and digits[10] == check and int(digits[2:10]) > 99_999


SOURCE = "AFIP, Resolución General 10/1997; Ley 11.683"
CONTEXT = ("cuit", "cuil", "c.u.i.t.", "c.u.i.l.", "clave única de identificación tributaria", "afip", "arca")

CHECKED = Patterns(
    name="ar_cuit",
    type="AR_CUIT",
    country="ar",
    source=SOURCE,
    forms=("99-99999999-9", "99 99999999 9", "99-99.999.999-9"),
    check=is_cuit,
    score=0.85,
    context=CONTEXT,
)

PATTERNS = (
    CHECKED,
    replace(CHECKED, name="ar_cuit_unchecked", forms=("99-99999999-9",), check=anything, score=0.3, context_score=0.7),
    Patterns(
        name="ar_cuit_plain",
        type="AR_CUIT",
        country="ar",
        source=SOURCE,
        forms=("99999999999",),
        check=is_cuit,
        score=0.4,
        context=CONTEXT,
    ),
)
