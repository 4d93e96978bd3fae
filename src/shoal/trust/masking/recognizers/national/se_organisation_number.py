"""Sweden: organisationsnummer, 10 digits of which the third is 2 or more."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, luhn
from shoal.trust.masking.patterns import Patterns


def is_organisation(digits: str) -> bool:
    """Kind 1-3 or 5-9, a month that is none (20 or more), Luhn; one number in 15 passes by chance."""
    return digits[0] in "12356789" and digits[2] >= "2" and not all_same(digits) and luhn(digits)


PATTERNS = Patterns(
    name="se_organisation_number",
    type="SE_ORGANISATIONSNUMMER",
    country="se",
    source="Lag (1974:174) om identitetsbeteckning för juridiska personer; Skatteverket SKV 709",
    forms=("999999-9999", "9999999999", "999999 9999"),
    check=is_organisation,
    score=0.4,
    context=(
        "org.nr",
        "org. nr",
        "orgnr",
        "org nr",
        "organisationsnummer",
        "org.nummer",
        "bolagsverket",
        "företag",
        "organisation number",
        "organization number",
    ),
)
