"""Norway: organisasjonsnummer, 9 digits that begin with 8 or 9."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)


def is_organisation(digits: str) -> bool:
    """A weighted sum that is a multiple of 11; one number in 55 passes by chance."""
    return digits[0] in "89" and weighted(digits, WEIGHTS, 11) == 0


PATTERNS = Patterns(
    name="no_organisation_number",
    type="NO_ORGANISATION_NUMBER",
    country="no",
    source="Enhetsregisterloven; https://www.brreg.no (organisasjonsnummeret)",
    forms=spread("999 999 999"),
    check=is_organisation,
    score=0.4,
    context=(
        "org.nr",
        "org. nr",
        "orgnr",
        "org nr",
        "organisasjonsnummer",
        "foretaksregisteret",
        "foretaksnummer",
        "mva",
        "organisation number",
        "organization number",
    ),
)
