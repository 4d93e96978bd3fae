"""Switzerland: AHV/AVS number, 13 digits that begin with 756."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)


def is_ahv(digits: str) -> bool:
    """756 and the check digit of EAN-13: one number in ten thousand."""
    return digits.startswith("756") and weighted(digits, WEIGHTS, 10) == 0


PATTERNS = Patterns(
    name="ch_ahv",
    type="CH_AHV",
    country="ch",
    source="Verordnung über die Alters- und Hinterlassenenversicherung, art. 133; https://www.zas.admin.ch",
    forms=spread("999 9999 9999 99", " .-"),
    check=is_ahv,
    score=0.85,
    context=("ahv", "avs", "ahv-nr", "ahv-nummer", "numéro avs", "numero avs", "sozialversicherungsnummer", "navs13"),
)
