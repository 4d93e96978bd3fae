"""Norway: fødselsnummer, D-nummer and the like: day of birth, three digits and two check digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns

FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
D_NUMBER, H_NUMBER = 40, 40


def is_national_id(digits: str) -> bool:
    """Day (40 more: D-number), month (40 more: H-number, 80 more: made for tests), two weighted sums modulo 11."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    born = is_day_of(year, month % H_NUMBER, day - D_NUMBER if day > D_NUMBER else day)
    return born and weighted(digits[:10], FIRST, 11) == 0 and weighted(digits, SECOND, 11) == 0


PATTERNS = Patterns(
    name="no_national_id",
    type="NO_NATIONAL_ID",
    country="no",
    source="Forskrift til folkeregisterloven §2-2-1; https://www.skatteetaten.no (fødselsnummer)",
    forms=("99999999999", "999999 99999", "999999-99999", "99 99 99 99999", "999999 999 99"),
    check=is_national_id,
    score=0.6,
    context=(
        "fødselsnummer",
        "fodselsnummer",
        "fødselsnr",
        "fnr",
        "personnummer",
        "d-nummer",
        "dnr",
        "national identity number",
    ),
)
