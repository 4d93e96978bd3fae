"""India: Aadhaar, 12 digits; its virtual number has 16."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same, verhoeff
from shoal.trust.masking.patterns import Patterns

_WORDS = (
    *("aadhaar", "aadhar", "adhaar", "adhar", "uidai", "uid", "aadhaar number", "aadhaar card", "vid", "आधार", "ஆதார்"),
    *("আধার", "ఆధార్", "આધાર", "ಆಧಾರ್", "ആധാർ"),
)
_SOURCE = "UIDAI, Aadhaar numbering scheme: Verhoeff"


def is_aadhaar(digits: str) -> bool:
    """0 and 1 are never first, no palindrome, Verhoeff; one number in 12 passes by chance."""
    return digits[0] not in "01" and digits != digits[::-1] and not all_same(digits) and verhoeff(digits)


PATTERNS = (
    Patterns(
        name="in_aadhaar",
        type="IN_AADHAAR",
        country="in",
        source=_SOURCE,
        forms=("9999 9999 9999", "9999-9999-9999"),
        check=is_aadhaar,
        score=0.5,
        context=_WORDS,
        context_score=0.95,
    ),
    Patterns(
        name="in_aadhaar_plain",
        type="IN_AADHAAR",
        country="in",
        source=_SOURCE,
        forms=("999999999999", "9999 9999 9999 9999", "9999999999999999"),
        check=is_aadhaar,
        score=0.3,
        context=_WORDS,
        context_score=0.95,
    ),
)
