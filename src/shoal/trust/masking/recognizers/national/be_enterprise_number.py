"""Belgium: ondernemingsnummer / numéro d'entreprise, 10 digits that begin with 0 or 1."""

from __future__ import annotations

from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

SOURCE = "Loi du 16 janvier 2003 (Banque-Carrefour des Entreprises); https://kbopub.economie.fgov.be"
CONTEXT = (
    "ondernemingsnummer",
    "kbo",
    "bce",
    "numéro d'entreprise",
    "btw",
    "tva",
    "btw-nummer",
    "enterprise number",
    "rpr",
    "rpm",
    "unternehmensnummer",
)


def is_enterprise(digits: str) -> bool:
    """The last two are 97 less the first eight modulo 97."""
    return digits[0] in "01" and int(digits[:8]) > 0 and int(digits[8:]) == 97 - int(digits[:8]) % 97


PATTERNS = (
    Patterns(
        name="be_enterprise_number",
        type="BE_ENTERPRISE_NUMBER",
        country="be",
        source=SOURCE,
        forms=("9999.999.999",),
        check=is_enterprise,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="be_enterprise_number_plain",
        type="BE_ENTERPRISE_NUMBER",
        country="be",
        source=SOURCE,
        forms=spread("9999 999 999"),
        check=is_enterprise,
        score=0.4,
        context=CONTEXT,
    ),
)
