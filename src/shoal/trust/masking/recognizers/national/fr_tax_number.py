"""France: numéro fiscal de référence (SPI), 13 digits that begin with 0 to 3."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns


def is_spi(digits: str) -> bool:
    """The last three are the first ten modulo 511; one number in 2,500 passes by chance."""
    return digits[0] in "0123" and int(digits[:10]) > 0 and int(digits[:10]) % 511 == int(digits[10:])


PATTERNS = Patterns(
    name="fr_tax_number",
    type="FR_TAX_NUMBER",
    country="fr",
    source="European Commission, TIN by country, France; OECD, France: information on tax identification numbers",
    forms=(*spread("99 99 999 999 999"), "9 999 999 999 999"),
    check=is_spi,
    score=0.85,
    context=("numéro fiscal", "n° fiscal", "no fiscal", "spi", "impôts", "avis d'imposition", "identifiant fiscal"),
)
