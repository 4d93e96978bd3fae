"""United States: national provider identifier, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns

_ISSUER = "80840"


def is_npi(digits: str) -> bool:
    """Begins with 1 or 2; Luhn with the issuer's prefix; one number in fifty passes by chance."""
    return digits[0] in "12" and luhn(_ISSUER + digits)


PATTERNS = Patterns(
    name="us_npi",
    type="US_NPI",
    country="us",
    source="45 CFR 162.406; Centers for Medicare & Medicaid Services, NPI check digit",
    forms=("9999999999",),
    check=is_npi,
    score=0.4,
    context=("npi", "national provider", "provider identifier", "provider number", "provider id", "provider", "nppes"),
)
