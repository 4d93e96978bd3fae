"""South Africa: identity number, 13 digits."""

from __future__ import annotations

from dataclasses import replace

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns


def is_za_id(digits: str) -> bool:
    """A day of birth, citizenship 0 to 2, Luhn; one number in a thousand passes by chance."""
    return is_day_of(*pairs(digits)) and digits[10] in "012" and luhn(digits)


def looks_like_za_id(digits: str) -> bool:
    """A day of birth and a citizenship, whatever the sum."""
    return is_day_of(*pairs(digits)) and digits[10] in "012"


CHECKED = Patterns(
    name="za_id",
    type="ZA_ID_NUMBER",
    country="za",
    source="Identification Act 68 of 1997; Department of Home Affairs",
    forms=("9999999999999", "999999 9999 999", "999999 9999 99 9", "999999-9999-99-9"),
    check=is_za_id,
    score=0.6,
    context=(
        "id number",
        "id no",
        "identity number",
        "rsa id",
        "sa id",
        "south african id",
        "identiteitsnommer",
        "inombolo kamazisi",
    ),
)

PATTERNS = (CHECKED, replace(CHECKED, name="za_id_unchecked", check=looks_like_za_id, score=0.3, context_score=0.7))
