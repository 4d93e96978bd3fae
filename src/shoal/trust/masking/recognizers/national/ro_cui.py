"""Romania: cod unic de înregistrare (CUI, CIF) of a firm, at most 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 5, 3, 2, 1, 7, 5, 3, 2)
CONTEXT = (
    "cui",
    "c.u.i",
    "cif",
    "c.i.f",
    "cod fiscal",
    "cod unic de înregistrare",
    "cod de identificare fiscală",
    "tax id",
    "fiscal code",
)


def is_cui(digits: str) -> bool:
    """Ten times the weighted sum modulo 11, 10 as 0; one number in ten passes by chance."""
    body = digits[:-1].zfill(len(WEIGHTS))
    return digits[0] != "0" and weighted(body, WEIGHTS, 11) * 10 % 11 % 10 == int(digits[-1])


PATTERNS = Patterns(
    name="ro_cui",
    type="RO_CUI",
    country="ro",
    source="Legea 359/2004; https://www.anaf.ro",
    forms=("99999", "999999", "9999999", "99999999", "999999999", "9999999999"),
    check=is_cui,
    score=0.3,
    context=CONTEXT,
)
