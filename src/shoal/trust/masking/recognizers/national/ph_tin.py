"""Philippines: Taxpayer Identification Number, 9 digits and a branch of 3 or 5; no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_tin(digits: str) -> bool:
    """Any number but one digit repeated."""
    return not all_same(digits[:9])


PATTERNS = Patterns(
    name="ph_tin",
    type="PH_TIN",
    country="ph",
    source="Bureau of Internal Revenue, National Internal Revenue Code, sec. 236",
    forms=("999-999-999-999", "999-999-999-99999", "999-999-999", "999999999", "999999999999", "999 999 999 999"),
    check=is_tin,
    score=0.1,
    context_score=0.8,
    context=(
        "t.i.n.",
        "tin:",
        "tin no",
        "tin number",
        "my tin",
        "tin is",
        "taxpayer identification number",
        "tax identification number",
    ),
)
