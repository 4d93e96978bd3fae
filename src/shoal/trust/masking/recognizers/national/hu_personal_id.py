"""Hungary: személyi azonosító, 11 digits: sex and century, day of birth, three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns

SINCE_1997 = tuple(range(10, 0, -1))
BEFORE = tuple(range(1, 11))


def is_personal_id(digits: str) -> bool:
    """A day and the sum weighted by place, until 1996 rising and then falling, modulo 11; one in 200 by chance."""
    born = digits[0] in "12345678" and is_day_of(int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))
    last = int(digits[10])
    return born and last in (weighted(digits[:10], BEFORE, 11), weighted(digits[:10], SINCE_1997, 11))


PATTERNS = Patterns(
    name="hu_personal_id",
    type="HU_PERSONAL_ID",
    country="hu",
    source="1996. évi XX. törvény, melléklet",
    forms=("99999999999", "9 999999 9999", "9-999999-9999", "9 9999999999"),
    check=is_personal_id,
    score=0.6,
    context=("személyi szám", "személyi száma", "személyi azonosító", "személyazonosító", "személyi azonosítója"),
)
