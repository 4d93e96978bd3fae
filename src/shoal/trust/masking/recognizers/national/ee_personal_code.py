"""Estonia: isikukood, 11 digits: sex and century, day of birth, three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)
SECOND = (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)


def is_personal_code(digits: str) -> bool:
    """The weighted sum modulo 11; where that is 10, by the other weights, and 10 again is 0. One in 340 by chance."""
    sex = int(digits[0])
    if not 1 <= sex <= 8:
        return False
    year = 1800 + (sex - 1) // 2 * 100 + int(digits[1:3])
    rest = weighted(digits[:10], FIRST, 11)
    rest = rest if rest < 10 else weighted(digits[:10], SECOND, 11) % 10
    return is_day(year, int(digits[3:5]), int(digits[5:7])) and rest == int(digits[10])


PATTERNS = Patterns(
    name="ee_personal_code",
    type="EE_PERSONAL_CODE",
    country="ee",
    source="Rahvastikuregistri seadus §39; EVS 585:2007",
    forms=("99999999999",),
    check=is_personal_code,
    score=0.6,
    context=("isikukood", "isikukoodi", "isikukoodiga", "personal code", "personal identification code"),
)
