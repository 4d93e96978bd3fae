"""Kenya: national identity card and Maisha number, 7 to 9 digits; no check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_id(digits: str) -> bool:
    """Any number but one digit repeated."""
    return digits[0] != "0" and not all_same(digits)


PATTERNS = Patterns(
    name="ke_id",
    type="KE_ID",
    country="ke",
    source="Registration of Persons Act, Cap. 107 (Kenya)",
    forms=("9999999", "99999999", "999999999"),
    check=is_id,
    score=0.1,
    context_score=0.8,
    context=(
        "kenyan id",
        "national id",
        "id no",
        "id number",
        "kitambulisho",
        "nambari ya kitambulisho",
        "maisha number",
        "maisha namba",
        "huduma namba",
    ),
)
