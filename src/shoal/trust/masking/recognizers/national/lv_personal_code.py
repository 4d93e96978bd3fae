"""Latvia: personas kods, 11 digits: day of birth and five, or since 2017 a 32 and nine."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BASE = 1101
CENTURIES = {"0": 1800, "1": 1900, "2": 2000}
CONTEXT = ("personas kods", "personas kodu", "personas koda", "pers. kods", "p.k", "pk", "personal code")
SOURCE = "Fizisko personu reģistra likums 5. pants; Iedzīvotāju reģistra likums"


def is_dated_code(digits: str) -> bool:
    """1101 less the weighted sum, modulo 11 and 10; one number in 1,000 passes by chance."""
    century = CENTURIES.get(digits[6])
    if century is None or not is_day(century + int(digits[4:6]), int(digits[2:4]), int(digits[:2])):
        return False
    return (BASE - weighted(digits[:10], WEIGHTS, BASE)) % 11 % 10 == int(digits[10])


def is_undated_code(digits: str) -> bool:
    """Begins with 32, the rest says nothing; one number in 100 passes by chance."""
    return digits[:2] == "32"


PATTERNS = (
    Patterns(
        name="lv_personal_code",
        type="LV_PERSONAL_CODE",
        country="lv",
        source=SOURCE,
        forms=("999999-99999", "99999999999", "999999 99999"),
        check=is_dated_code,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="lv_personal_code_2017",
        type="LV_PERSONAL_CODE",
        country="lv",
        source=SOURCE,
        forms=("999999-99999", "99999999999"),
        check=is_undated_code,
        score=0.4,
        context=CONTEXT,
    ),
)
