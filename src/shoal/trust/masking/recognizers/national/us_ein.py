"""United States: employer identification number, 9 digits written 2-7."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

_UNUSED = frozenset((0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97))


def is_ein(digits: str) -> bool:
    """The first two digits are a prefix that some campus assigns."""
    return int(digits[:2]) not in _UNUSED


PATTERNS = Patterns(
    name="us_ein",
    type="US_EIN",
    country="us",
    source="Internal Revenue Service, How EINs are assigned and valid EIN prefixes",
    forms=("99-9999999",),
    check=is_ein,
    score=0.3,
    context=("ein", "fein", "employer identification", "employer id", "federal tax id", "tax id", "taxpayer id"),
)
