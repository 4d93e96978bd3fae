"""Sweden: personnummer and samordningsnummer, day of birth, three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.days import is_day, is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

COORDINATION = 60


def is_personnummer(digits: str) -> bool:
    """A day (60 more: samordningsnummer) and Luhn over the last ten; one number in 140 passes by chance."""
    year, month, day = pairs(digits[-10:])
    day = day - COORDINATION if day > COORDINATION else day
    born = is_day(int(digits[:4]), month, day) if len(digits) == 12 else is_day_of(year, month, day)
    return born and digits[-4:-1] != "000" and luhn(digits[-10:])


PATTERNS = Patterns(
    name="se_personnummer",
    type="SE_PERSONNUMMER",
    country="se",
    source="Folkbokföringslagen (1991:481) §18; Skatteverket SKV 704",
    forms=(
        "999999-9999",
        "999999+9999",
        "9999999999",
        "999999 9999",
        "99999999-9999",
        "99999999+9999",
        "999999999999",
        "99999999 9999",
    ),
    check=is_personnummer,
    score=0.6,
    context=(
        "personnummer",
        "personnr",
        "pers.nr",
        "persnr",
        "samordningsnummer",
        "födelsenummer",
        "personal identity number",
    ),
)
