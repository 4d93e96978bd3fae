"""Denmark: CVR number of a company, 8 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def is_cvr(digits: str) -> bool:
    """Not 0 first; a weighted sum that is a multiple of 11."""
    return digits[0] != "0" and weighted(digits, WEIGHTS, 11) == 0


PATTERNS = Patterns(
    name="dk_cvr",
    type="DK_CVR",
    country="dk",
    source="Lov om Det Centrale Virksomhedsregister; https://datacvr.virk.dk",
    forms=spread("99 99 99 99"),
    check=is_cvr,
    score=0.3,
    context=(
        "cvr",
        "cvr-nr",
        "cvr-nummer",
        "cvrnr",
        "cvr.nr",
        "se-nr",
        "se-nummer",
        "moms",
        "momsnr",
        "virksomhed",
        "company number",
    ),
)
