"""Austria: Sozialversicherungsnummer, 10 digits: three, a check digit and the day of birth."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
SPARE_MONTHS = (13, 14, 15)


def is_svnr(digits: str) -> bool:
    """The fourth digit is the weighted sum modulo 11; months 13-15 stand where numbers ran out. One in 300."""
    day, month, year = int(digits[4:6]), int(digits[6:8]), int(digits[8:])
    born = is_day_of(year, month, day) or (month in SPARE_MONTHS and 1 <= day <= 31)
    return digits[0] != "0" and born and weighted(digits, WEIGHTS, 11) == int(digits[3])


PATTERNS = Patterns(
    name="at_social_security",
    type="AT_SOCIAL_SECURITY",
    country="at",
    source="Allgemeines Sozialversicherungsgesetz §31; https://www.sozialversicherung.at",
    forms=("9999999999", "9999 999999", "9999-999999", "9999/999999", "999 9 999999", "9999 99 99 99", "9999 99.99.99"),
    check=is_svnr,
    score=0.6,
    context=(
        "sozialversicherungsnummer",
        "svnr",
        "sv-nr",
        "sv-nummer",
        "versicherungsnummer",
        "vsnr",
        "e-card",
        "ecard",
        "social security",
    ),
)
