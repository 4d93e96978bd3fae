"""Serbia, Bosnia, Montenegro, North Macedonia, Croatia: JMBG, 13 digits, day of birth, region, serial, check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
SLOVENIA = range(50, 60)


def is_jmbg(digits: str) -> bool:
    """The year has three digits; 11 less the weighted sum modulo 11, 0 for 11, 10 is never given. One in 1,000."""
    year = int(digits[4:7]) + (1000 if digits[4] in "89" else 2000)
    check = -weighted(digits[:12], WEIGHTS, 11) % 11
    return is_day(year, int(digits[2:4]), int(digits[:2])) and check == int(digits[12])


def is_outside_slovenia(digits: str) -> bool:
    """A JMBG whose region is not Slovenia's."""
    return int(digits[7:9]) not in SLOVENIA and is_jmbg(digits)


PATTERNS = Patterns(
    name="rs_jmbg",
    type="RS_JMBG",
    country="rs",
    source="Zakon o jedinstvenom matičnom broju građana (Službeni glasnik RS 24/2018)",
    forms=("9999999999999", "9999999 999999", "9999999-999999"),
    check=is_outside_slovenia,
    score=0.85,
    context=(
        "jmbg",
        "јмбг",
        "јединствени матични број",
        "матични број",
        "jedinstveni matični broj",
        "matični broj",
        "embg",
        "ембг",
        "mbg",
    ),
)
