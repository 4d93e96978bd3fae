"""Kenya: KRA PIN of a taxpayer, a letter, 9 digits, a letter; no published check character."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_kra_pin(value: str) -> bool:
    """A for people, P for others; one such picture in thirteen passes by chance."""
    return value[0] in "AP"


PATTERNS = Patterns(
    name="ke_kra_pin",
    type="KE_KRA_PIN",
    country="ke",
    source="Kenya Revenue Authority, Tax Procedures Act, 2015, s. 12",
    forms=("A999999999A",),
    check=is_kra_pin,
    score=0.6,
    context=("kra", "kra pin", "pin certificate", "tax pin", "itax"),
)
