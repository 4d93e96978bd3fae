"""Greece: AMKA, the social security number, 11 digits: day of birth, four digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.patterns import Patterns


def is_amka(digits: str) -> bool:
    """A day and Luhn; one number in 270 passes by chance."""
    return is_day_of(int(digits[4:6]), int(digits[2:4]), int(digits[:2])) and luhn(digits)


PATTERNS = Patterns(
    name="gr_amka",
    type="GR_AMKA",
    country="gr",
    source="Ν. 3655/2008 άρθρο 153; https://www.amka.gr",
    forms=("99999999999", "999999 99999", "999999-99999"),
    check=is_amka,
    score=0.6,
    context=("αμκα", "α.μ.κ.α", "amka", "αριθμός μητρώου κοινωνικής ασφάλισης"),
)
