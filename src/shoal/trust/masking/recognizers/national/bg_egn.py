"""Bulgaria: EGN, 10 digits: day of birth (the century in the month), three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.days import is_day, pairs
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)
CENTURIES = (1900, 1800, 2000)


def is_egn(digits: str) -> bool:
    """A day, whose month is 20 more for the 1800s and 40 more from 2000; one number in 90 passes by chance."""
    year, month, day = pairs(digits)
    if month >= 20 * len(CENTURIES) or not is_day(CENTURIES[month // 20] + year, month % 20, day):
        return False
    return weighted(digits[:9], WEIGHTS, 11) % 10 == int(digits[9])


PATTERNS = Patterns(
    name="bg_egn",
    type="BG_EGN",
    country="bg",
    source="Закон за гражданската регистрация, чл. 11; https://www.grao.bg",
    forms=("9999999999", "999999 9999"),
    check=is_egn,
    score=0.4,
    context=(
        "егн",
        "единен граждански номер",
        "egn",
        "лнч",
        "uniform civil number",
        "personal number",
    ),
)
