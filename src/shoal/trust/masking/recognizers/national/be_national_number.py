"""Belgium: rijksregisternummer / numéro de registre national, with BIS numbers; a date, a serial and a key of 2."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.forms import spread
from shoal.trust.masking.patterns import Patterns

BIS = (0, 20, 40)


def _is_birth(digits: str) -> bool:
    """A day, whose month BIS numbers raise by 20 or 40; day or month may be 00 where it is not known."""
    year, month, day = pairs(digits)
    month = month % 20 if month <= BIS[-1] + 12 else 99
    return (month == 0 and day <= 31) or (month <= 12 and day == 0) or is_day_of(year, month, day)


def is_national_number(digits: str) -> bool:
    """The key is 97 less the first nine modulo 97, from 2000 on with a 2 before them; one in 500 passes by chance."""
    key = int(digits[9:])
    if not _is_birth(digits) or digits[6:9] in ("000", "999"):
        return False
    return key in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


PATTERNS = Patterns(
    name="be_national_number",
    type="BE_NATIONAL_NUMBER",
    country="be",
    source="Arrêté royal du 3 avril 1984; Koninklijk besluit van 8 februari 1991 (BIS)",
    forms=(
        "99.99.99-999.99",
        "99.99.99-999-99",
        "99.99.99 999.99",
        "99.99.99.999.99",
        "99/99/99-999.99",
        "999999-999-99",
        "999999-99999",
        "999999 999 99",
        *spread("99 99 99 999 99", " -"),
    ),
    check=is_national_number,
    score=0.6,
    context=(
        "rijksregisternummer",
        "rijksregister",
        "insz",
        "niss",
        "registre national",
        "numéro national",
        "nationaal nummer",
        "nationalregisternummer",
        "national register",
        "national number",
        "rrn",
    ),
)
