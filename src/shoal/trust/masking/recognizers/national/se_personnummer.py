"""Sweden: personnummer and samordningsnummer, day of birth, three digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.checksums import luhn
from shoal.trust.masking.days import is_day, is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

COORDINATION = 60
SOURCE = "Folkbokföringslagen (1991:481) §18; Skatteverket SKV 704"
CONTEXT = (
    "personnummer",
    "personnr",
    "pers.nr",
    "persnr",
    "samordningsnummer",
    "födelsenummer",
    "personal identity number",
)


def is_personnummer(digits: str) -> bool:
    """A day (60 more: samordningsnummer) and Luhn over the last ten; one number in 140 passes by chance."""
    year, month, day = pairs(digits[-10:])
    day = day - COORDINATION if day > COORDINATION else day
    born = is_day(int(digits[:4]), month, day) if len(digits) == 12 else is_day_of(year, month, day)
    return born and digits[-4:-1] != "000" and luhn(digits[-10:])


def is_no_moment(digits: str) -> bool:
    """Of a year that is not written as a moment of today (202611221259)."""
    return digits[:2] != "20" and is_personnummer(digits)


PATTERNS = (
    Patterns(
        name="se_personnummer",
        type="SE_PERSONNUMMER",
        country="se",
        source=SOURCE,
        forms=(
            "999999-9999",
            "999999+9999",
            "9999999999",
            "999999 9999",
            "99999999-9999",
            "99999999+9999",
            "99999999 9999",
        ),
        check=is_personnummer,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="se_personnummer_long",
        type="SE_PERSONNUMMER",
        country="se",
        source=SOURCE,
        forms=("999999999999",),
        check=is_no_moment,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="se_personnummer_recent",
        type="SE_PERSONNUMMER",
        country="se",
        source=SOURCE,
        forms=("999999999999",),
        check=is_personnummer,
        score=0.4,
        context=CONTEXT,
    ),
)
