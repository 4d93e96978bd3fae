"""Russia: INN, the tax number, 12 digits of a person or 10 of a firm."""

from __future__ import annotations

from shoal.trust.masking.checksums import weighted
from shoal.trust.masking.patterns import Patterns

FIRM = (2, 4, 10, 3, 5, 9, 4, 6, 8)
FIRST = (7, *FIRM)
SECOND = (3, *FIRST)
CONTEXT = (
    "инн",
    "инн/кпп",
    "идентификационный номер налогоплательщика",
    "inn",
    "taxpayer",
    "tax id",
    "tax number",
)
SOURCE = "Приказ ФНС России от 29.06.2012 ММВ-7-6/435@"


def is_firm(digits: str) -> bool:
    """The weighted sum modulo 11, 10 as 0; one number in ten passes by chance."""
    return digits[:2] != "00" and weighted(digits[:9], FIRM, 11) % 10 == int(digits[9])


def is_person(digits: str) -> bool:
    """Two such check digits; one number in a hundred passes by chance."""
    return (
        digits[:2] != "00"
        and weighted(digits[:10], FIRST, 11) % 10 == int(digits[10])
        and weighted(digits[:11], SECOND, 11) % 10 == int(digits[11])
    )


PATTERNS = (
    Patterns(
        name="ru_inn",
        type="RU_INN",
        country="ru",
        source=SOURCE,
        forms=("999999999999",),
        check=is_person,
        score=0.6,
        context=CONTEXT,
    ),
    Patterns(
        name="ru_inn_firm",
        type="RU_INN",
        country="ru",
        source=SOURCE,
        forms=("9999999999",),
        check=is_firm,
        score=0.3,
        context=CONTEXT,
    ),
)
