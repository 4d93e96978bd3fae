"""Iceland: kennitala, day of birth (40 more for companies), two digits, a check digit and the century."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
CENTURIES = {"8": 1800, "9": 1900, "0": 2000}
COMPANY = 40


def is_kennitala(digits: str) -> bool:
    """A day of its century and a weighted sum that is a multiple of 11; one number in 500 passes by chance."""
    day = int(digits[:2])
    day = day - COMPANY if day > COMPANY else day
    year = CENTURIES.get(digits[9], 0) + int(digits[4:6])
    return is_day(year, int(digits[2:4]), day) and weighted(digits[:9], WEIGHTS, 11) == 0


PATTERNS = Patterns(
    name="is_kennitala",
    type="IS_KENNITALA",
    country="is",
    source="Lög um skráningu einstaklinga nr. 140/2019; https://www.skra.is (kennitala)",
    forms=("999999-9999", "9999999999", "999999 9999"),
    check=is_kennitala,
    score=0.6,
    context=("kennitala", "kennitalan", "kennitölu", "kt", "icelandic id"),
)
