"""Bangladesh: national identity card, 10, 13 or 17 digits; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_nid(digits: str) -> bool:
    """Seventeen digits begin with the year of birth; the others can only be told from one digit repeated."""
    return not all_same(digits) and (len(digits) < 17 or 1900 <= int(digits[:4]) <= 2049)


PATTERNS = Patterns(
    name="bd_nid",
    type="BD_NID",
    country="bd",
    source="National Identity Registration Act, 2010; Bangladesh Election Commission",
    forms=("9999999999", "9999999999999", "99999999999999999", "999 999 9999"),
    check=is_nid,
    score=0.1,
    context_score=0.8,
    context=("nid", "nid no", "national id", "national identity card", "জাতীয় পরিচয়পত্র", "এনআইডি"),
)
