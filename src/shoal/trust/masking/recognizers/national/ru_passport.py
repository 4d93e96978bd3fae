"""Russia: passport, a series of four digits (region and year) and six digits; only beside a word for it."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns

FIRST_YEAR, LAST_YEAR = 97, 45


def is_passport(value: str) -> bool:
    """A region that is not 00 and a year of the blank, 1997 to 2045; one number in two passes by chance."""
    digits = "".join(filter(str.isdigit, value))
    year = int(digits[2:4])
    return digits[:2] != "00" and (year >= FIRST_YEAR or year <= LAST_YEAR) and int(digits[4:]) > 0


PATTERNS = Patterns(
    name="ru_passport",
    type="RU_PASSPORT",
    country="ru",
    source="Постановление Правительства РФ 828 от 08.07.1997",
    forms=("9999 999999", "99 99 999999", "9999999999", "99-99 999999", "9999-999999"),
    regexes=(r"\b[0-9]{2} ?[0-9]{2} (?:(?:#|No?) ?|[a-z\xe9]{5} )[0-9]{6}\b",),
    check=is_passport,
    score=0.3,
    context=("паспорт", "паспорта", "паспорту", "паспортом", "паспортные данные", "серия", "серии", "russian passport"),
)
