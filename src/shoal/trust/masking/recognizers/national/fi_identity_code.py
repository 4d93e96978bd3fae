"""Finland: henkilötunnus, day of birth, a sign of the century, three digits and a check character."""

from __future__ import annotations

from shoal.trust.masking.days import is_day
from shoal.trust.masking.patterns import Patterns

CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)


def is_identity_code(value: str) -> bool:
    """A day of the sign's century; the nine digits modulo 31 in a table. One value in 1,000 passes by chance."""
    value = value.upper()
    digits = value[:6] + value[7:10]
    year = CENTURIES.get(value[6], 0) + int(value[4:6])
    born = is_day(year, int(value[2:4]), int(value[:2])) and int(value[7:10]) >= 2
    return born and CHECKS[int(digits) % len(CHECKS)] == value[10]


PATTERNS = Patterns(
    name="fi_identity_code",
    type="FI_PERSONAL_IDENTITY_CODE",
    country="fi",
    source="Valtioneuvoston asetus väestötietojärjestelmästä 128/2010 §§2-4, 690/2022; https://dvv.fi/henkilotunnus",
    forms=("999999-999X", "999999+999X", "999999A999X"),
    check=is_identity_code,
    reading=str,
    score=0.85,
    context=("henkilötunnus", "henkilötunnukseni", "hetu", "sosiaaliturvatunnus", "sotu", "personbeteckning"),
)
