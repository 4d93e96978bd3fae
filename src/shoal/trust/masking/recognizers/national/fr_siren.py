"""France: SIREN, the 9 digits of a company."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns


def is_siren(digits: str) -> bool:
    """Luhn; one number in ten passes by chance."""
    return luhn(digits) and not all_same(digits)


PATTERNS = Patterns(
    name="fr_siren",
    type="FR_SIREN",
    country="fr",
    source="Code de commerce, art. R123-221; https://www.insee.fr/fr/metadonnees/definition/c2047",
    forms=spread("999 999 999", " ."),
    check=is_siren,
    score=0.3,
    context=("siren", "rcs", "n° siren", "registre du commerce", "immatriculée"),
)
