"""Philippines: PhilSys national ID: number (12 digits) and card number (16), no published check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_philsys(digits: str) -> bool:
    """Any number but one digit repeated."""
    return not all_same(digits)


PATTERNS = Patterns(
    name="ph_philsys",
    type="PH_PHILSYS",
    country="ph",
    source="Philippine Identification System Act (RA 11055)",
    forms=(
        "9999-9999-9999-9999",
        "9999 9999 9999 9999",
        "9999999999999999",
        "9999-9999-9999",
        "9999 9999 9999",
        "999999999999",
    ),
    check=is_philsys,
    score=0.1,
    context_score=0.8,
    context=("philsys", "philid", "philsys number", "pcn", "psn", "philippine national id", "ephilid"),
)
