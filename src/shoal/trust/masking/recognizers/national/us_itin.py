"""United States: individual taxpayer identification number, 9 digits that begin with 9."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_GROUPS = frozenset((*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)))
_WORDS = ("itin", "itins", "taxpayer", "tax id", "tax identification", "individual taxpayer", "irs", "tin", "w-7")
_SOURCE = "Internal Revenue Service, IRM 3.21.263.8"


def is_itin(digits: str) -> bool:
    """Begins with 9; the fourth and fifth digit are in the ranges in use."""
    return digits[0] == "9" and int(digits[3:5]) in _GROUPS


PATTERNS = (
    Patterns(
        name="us_itin",
        type="US_ITIN",
        country="us",
        source=_SOURCE,
        forms=("999-99-9999", "999 99 9999"),
        check=is_itin,
        score=0.7,
        context=_WORDS,
    ),
    Patterns(
        name="us_itin_plain",
        type="US_ITIN",
        country="us",
        source=_SOURCE,
        forms=("999999999", "999-999999", "99999-9999"),
        check=is_itin,
        score=0.3,
        context=_WORDS,
    ),
)
