"""Australia: Medicare card number, 10 digits and the place of the person on the card."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_WORDS = ("medicare", "medicare card", "medicare number", "medicare no", "health card", "irn")
_SOURCE = "Services Australia, Medicare card number check digit"


def is_medicare(digits: str) -> bool:
    """First digit 2-6; the ninth is the weighted sum of eight modulo 10; one number in 20 passes by chance."""
    return digits[0] in "23456" and weighted(digits[:8], WEIGHTS, 10) == int(digits[8])


PATTERNS = (
    Patterns(
        name="au_medicare",
        type="AU_MEDICARE",
        country="au",
        source=_SOURCE,
        forms=("9999 99999 9", "9999 99999 9/9", "9999 99999 9-9", "9999 99999 9 9", "9999-99999-9"),
        check=is_medicare,
        score=0.6,
        context=_WORDS,
    ),
    Patterns(
        name="au_medicare_plain",
        type="AU_MEDICARE",
        country="au",
        source=_SOURCE,
        forms=("9999999999", "99999999999", "9999999999/9", "9999999999-9"),
        check=is_medicare,
        score=0.3,
        context=_WORDS,
    ),
)
