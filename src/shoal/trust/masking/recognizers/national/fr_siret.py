"""France: SIRET, the 14 digits of one place of a company: its SIREN and 5 more."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns
from shoal.trust.masking.recognizers.national.fr_siren import is_siren

LA_POSTE = "356000000"
SOURCE = "Code de commerce, art. R123-221; https://www.insee.fr/fr/metadonnees/definition/c1841"
CONTEXT = ("siret", "n° siret", "établissement", "siège social")


def is_siret(digits: str) -> bool:
    """Luhn of the SIREN and of the whole (the post office's may instead sum to a multiple of 5); one in a hundred."""
    if digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0:
        return True
    return is_siren(digits[:9]) and luhn(digits)


PATTERNS = (
    Patterns(
        name="fr_siret",
        type="FR_SIRET",
        country="fr",
        source=SOURCE,
        forms=("999 999 999 99999", "999.999.999.99999", "999 999 999 999 99", "999999999 99999"),
        check=is_siret,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="fr_siret_plain",
        type="FR_SIRET",
        country="fr",
        source=SOURCE,
        forms=("99999999999999",),
        check=is_siret,
        score=0.4,
        context=CONTEXT,
    ),
)
