"""Poland: PESEL, day of birth (the century in the month), four digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
CENTURIES = (1900, 2000, 2100, 2200, 1800)


def is_pesel(digits: str) -> bool:
    """A day, whose month is 20 more for each later century and 80 for 1800; one number in 60 passes by chance."""
    year, month, day = pairs(digits)
    return is_day(CENTURIES[month // 20] + year, month % 20, day) and weighted(digits, WEIGHTS, 10) == 0


PATTERNS = Patterns(
    name="pl_pesel",
    type="PL_PESEL",
    country="pl",
    source="Ustawa o ewidencji ludności z 24 września 2010, art. 15; https://www.gov.pl (numer PESEL)",
    forms=("99999999999", "999999 99999", "999999-99999"),
    check=is_pesel,
    score=0.4,
    context=(
        "pesel",
        "nr pesel",
        "numer pesel",
        "peselu",
        "peselem",
        "national identification number",
    ),
)
