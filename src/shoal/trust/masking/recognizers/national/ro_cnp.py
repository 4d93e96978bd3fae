"""Romania: cod numeric personal, 13 digits: sex and century, day of birth, county, three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day, is_day_of
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
COUNTIES = frozenset((*range(1, 49), 51, 52, 70, *range(80, 84), *range(90, 100)))
CENTURIES = {"1": 1900, "2": 1900, "3": 1800, "4": 1800, "5": 2000, "6": 2000}


def is_cnp(digits: str) -> bool:
    """The weighted sum modulo 11, 10 as 1; one number in 500 passes by chance."""
    year, month, day = int(digits[1:3]), int(digits[3:5]), int(digits[5:7])
    century = CENTURIES.get(digits[0])
    born = is_day(century + year, month, day) if century else digits[0] in "789" and is_day_of(year, month, day)
    rest = weighted(digits[:12], WEIGHTS, 11)
    return born and int(digits[7:9]) in COUNTIES and int(digits[12]) == (1 if rest == 10 else rest)


PATTERNS = Patterns(
    name="ro_cnp",
    type="RO_CNP",
    country="ro",
    source="Legea 105/1996; Ordonanța de urgență 97/2005",
    forms=(*spread("9 999999 999999"), "9 99 99 99 99 999 9"),
    check=is_cnp,
    score=0.6,
    context=("cnp", "cod numeric personal", "c.n.p", "codul numeric personal", "cnp-ul"),
)
