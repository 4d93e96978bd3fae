"""United Kingdom: NHS number, 10 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)


def is_nhs(digits: str) -> bool:
    """Weights 10 to 1 modulo 11, in a range that is issued; one number in 16 passes by chance."""
    return digits[0] in "34679" and not all_same(digits) and weighted(digits, WEIGHTS, 11) == 0


_WORDS = (
    *("nhs", "nhs number", "nhs no", "national health", "health service", "patient", "hospital", "chi", "chi number"),
    *("medical record", "gp", "surgery", "health and care number"),
)
_SOURCE = "NHS Data Dictionary, NHS number (modulus 11)"

PATTERNS = (
    Patterns(
        name="gb_nhs",
        type="GB_NHS",
        country="gb",
        source=_SOURCE,
        forms=("999 999 9999", "999-999-9999", "9999999999"),
        check=is_nhs,
        score=0.4,
        context=_WORDS,
    ),
    Patterns(
        name="gb_chi",
        type="GB_NHS",
        country="gb",
        source="NHS Scotland, Community Health Index: day of birth first, the same modulus",
        forms=("9999999999", "999999 9999"),
        check=lambda digits: digits[0] in "0123" and weighted(digits, WEIGHTS, 11) == 0,
        score=0.3,
        context=("chi", "chi number", "nhs", "nhs number"),
    ),
)
