"""Canada: Ontario health card, 10 digits and a version code."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.patterns import Patterns


def is_health_number(number: str) -> bool:
    """Luhn over the ten digits; 0 is never first."""
    return number[0] != "0" and luhn(number[:10])


PATTERNS = Patterns(
    name="ca_health_card",
    type="CA_HEALTH_CARD",
    country="ca",
    source="Ontario Ministry of Health, health number validation (mod 10)",
    forms=("9999-999-999", "9999-999-999-AA", "9999 999 999 AA", "9999 999 999", "9999999999AA", "9999999999"),
    check=is_health_number,
    score=0.3,
    context=("ohip", "health card", "health number", "health insurance", "carte santé", "hcn", "ontario health"),
)
