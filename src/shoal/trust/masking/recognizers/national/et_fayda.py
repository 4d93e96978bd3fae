"""Ethiopia: Fayda identification number, 12 digits (16 for the alias on the card)."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_fayda(digits: str) -> bool:
    """Any number but one digit repeated."""
    return not all_same(digits)


PATTERNS = Patterns(
    name="et_fayda",
    type="ET_FAYDA",
    country="et",
    source="Ethiopian Digital Identification Proclamation 1284/2023",
    forms=("9999 9999 9999", "999999999999", "9999 9999 9999 9999", "9999999999999999", "9999-9999-9999"),
    check=is_fayda,
    score=0.1,
    context_score=0.8,
    context=("fayda", "fayda id", "fin", "fcn", "ፋይዳ"),
)
