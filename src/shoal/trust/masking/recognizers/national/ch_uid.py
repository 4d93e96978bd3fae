"""Switzerland: Unternehmens-Identifikationsnummer, CHE and nine digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 1)


def is_uid(value: str) -> bool:
    """CHE, then a weighted sum that is a multiple of 11."""
    return value.startswith("CHE") and int(value[3:]) > 0 and weighted(value[3:], WEIGHTS, 11) == 0


PATTERNS = Patterns(
    name="ch_uid",
    type="CH_UID",
    country="ch",
    source="Bundesgesetz über die Unternehmens-Identifikationsnummer; eCH-0097",
    forms=("AAA-999.999.999", "AAA 999.999.999", "AAA-999 999 999", "AAA 999 999 999", "AAA999999999", "AAA-999999999"),
    check=is_uid,
    score=0.85,
    context=("uid", "ide", "idi", "mwst", "tva", "iva", "handelsregister"),
)
