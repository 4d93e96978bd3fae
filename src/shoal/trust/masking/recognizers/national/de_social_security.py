"""Germany: Rentenversicherungsnummer (Sozialversicherungsnummer): area, day of birth, a letter, serial, check digit."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
SECOND = 50


def is_insurance_number(value: str) -> bool:
    """The letter as 01 to 26; each product by the sum of its digits, modulo 10. About one in 300 passes by chance."""
    digits = value[:8] + f"{ord(value[8]) - 64:02d}" + value[9:11]
    day = int(value[2:4]) % SECOND if int(value[2:4]) > SECOND else int(value[2:4])
    if not 2 <= int(value[:2]) <= 89 or not is_day_of(int(value[6:8]), int(value[4:6]), day):
        return False
    products = [weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(value[11])


PATTERNS = Patterns(
    name="de_social_security",
    type="DE_SOCIAL_SECURITY",
    country="de",
    source="Sozialgesetzbuch VI §147; Verordnung über die Versicherungsnummer (VKVV) §§1-2",
    forms=(*spread("99 999999 A 999"), "99 999999 A999", "99 999999A999", "99 99 99 99 A 99 9", "99 99 99 99 A 999"),
    check=is_insurance_number,
    score=0.85,
    context=(
        "rentenversicherungsnummer",
        "sozialversicherungsnummer",
        "rv-nummer",
        "rvnr",
        "sv-nummer",
        "svnr",
        "versicherungsnummer",
        "social security",
    ),
)
