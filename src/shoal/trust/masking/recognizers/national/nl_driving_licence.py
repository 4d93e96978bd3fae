"""Netherlands: rijbewijs, 10 digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_licence(digits: str) -> bool:
    """Not one digit repeated."""
    return not all_same(digits)


PATTERNS = Patterns(
    name="nl_driving_licence",
    type="NL_DRIVING_LICENCE",
    country="nl",
    source="https://www.rdw.nl/particulier/rijbewijs (rijbewijsnummer)",
    forms=("9999999999",),
    check=is_licence,
    score=0.3,
    context=("rijbewijs", "rijbewijsnummer", "driving licence", "driver's license"),
)
