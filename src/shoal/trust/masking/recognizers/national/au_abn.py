"""Australia: business number, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
_WORDS = ("abn", "australian business number", "business number", "gst", "tax invoice")
_SOURCE = "Australian Business Register, format of the ABN (modulus 89)"


def is_abn(digits: str) -> bool:
    """The first digit less 1, weighted, a multiple of 89; one number in 89 passes by chance."""
    return digits[0] != "0" and (weighted(digits, WEIGHTS, 89) - WEIGHTS[0]) % 89 == 0


PATTERNS = (
    Patterns(
        name="au_abn",
        type="AU_ABN",
        country="au",
        source=_SOURCE,
        forms=("99 999 999 999", "99-999-999-999"),
        check=is_abn,
        score=0.6,
        context=_WORDS,
    ),
    Patterns(
        name="au_abn_plain",
        type="AU_ABN",
        country="au",
        source=_SOURCE,
        forms=("99999999999",),
        check=is_abn,
        score=0.4,
        context=_WORDS,
    ),
)
