"""Mexico: clave de elector of the voter's card (INE), 18 characters."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

BORN_ABROAD = 87, 88


def is_elector(value: str) -> bool:
    """Six consonants of the names, a day of birth, a state 01 to 32, a sex; one in a hundred thousand passes."""
    state = int(value[12:14])
    return is_day_of(*pairs(value[6:12])) and (1 <= state <= 32 or state in BORN_ABROAD) and value[14] in "HMX"


PATTERNS = Patterns(
    name="mx_elector",
    type="MX_VOTER_ID",
    country="mx",
    source="Instituto Nacional Electoral, modelo de la Credencial para Votar",
    forms=("AAAAAA99999999A999",),
    check=is_elector,
    score=0.85,
    context=("clave de elector", "credencial para votar", "ine", "ife", "elector"),
)
