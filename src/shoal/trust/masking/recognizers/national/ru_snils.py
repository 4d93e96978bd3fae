"""Russia: SNILS, the number of the pension account, 11 digits."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

LARGEST_FREE = 1_001_998
CONTEXT = ("снилс", "страховой номер", "пенсионного страхования", "snils")
SOURCE = "Федеральный закон от 01.04.1996 27-ФЗ; Постановление Правления ПФР 192п от 31.07.2006"


def is_snils(digits: str) -> bool:
    """The sum weighted 9 to 1 modulo 101, 100 as 00; one number in a hundred passes by chance."""
    return int(digits[:9]) > LARGEST_FREE and weighted(digits[:9], range(9, 0, -1), 101) % 100 == int(digits[9:])


PATTERNS = (
    Patterns(
        name="ru_snils",
        type="RU_SNILS",
        country="ru",
        source=SOURCE,
        forms=("999-999-999 99", "999-999-999-99"),
        check=is_snils,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="ru_snils_plain",
        type="RU_SNILS",
        country="ru",
        source=SOURCE,
        forms=("999 999 999 99", "99999999999"),
        check=is_snils,
        score=0.4,
        context=CONTEXT,
    ),
)
