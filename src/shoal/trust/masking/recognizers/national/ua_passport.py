"""Ukraine: passport, two Cyrillic or Latin letters and six digits, or the nine digits of a card; with context."""

from __future__ import annotations

from shoal.trust.masking.checksums import all_same
from shoal.trust.masking.patterns import Patterns


def is_passport(value: str) -> bool:
    """Not one digit repeated."""
    return not all_same(value)


PATTERNS = Patterns(
    name="ua_passport",
    type="UA_PASSPORT",
    country="ua",
    source="Постанова Кабінету Міністрів України 302 від 25.03.2015",
    forms=("999999999",),
    regexes=(r"(?:^|[^0-9A-Za-z\xe9])(?P<value>[A-Z\xe9]{2} ?(?:(?:#|No?) ?)?[0-9]{6})(?:[^0-9A-Za-z\xe9]|$)",),
    check=is_passport,
    score=0.3,
    context=("паспорт", "паспорта", "паспорту", "паспортом", "серія", "id-картка", "id-картки", "passport"),
)
