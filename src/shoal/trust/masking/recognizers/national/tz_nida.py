"""Tanzania: national identification number (NIDA), 20 digits: day of birth, postcode, number, check digits."""

from __future__ import annotations

from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns


def is_nida(digits: str) -> bool:
    """A day of birth from 1900 to 2049; five numbers in ten thousand pass by chance."""
    year = int(digits[:4])
    return 1900 <= year <= 2049 and is_day(year, int(digits[4:6]), int(digits[6:8]))


PATTERNS = (
    Patterns(
        name="tz_nida",
        type="TZ_NIDA",
        country="tz",
        source="National Identification Authority, Registration and Identification of Persons Act, Cap. 36",
        forms=("99999999-99999-99999-99",),
        check=is_nida,
        score=0.85,
        context=("nida", "kitambulisho cha taifa", "national id", "nin"),
    ),
    Patterns(
        name="tz_nida_plain",
        type="TZ_NIDA",
        country="tz",
        source="National Identification Authority, Registration and Identification of Persons Act, Cap. 36",
        forms=("99999999999999999999",),
        check=is_nida,
        score=0.4,
        context=("nida", "kitambulisho cha taifa", "national id", "nin"),
    ),
)
