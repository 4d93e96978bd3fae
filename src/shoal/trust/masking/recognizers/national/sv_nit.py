"""El Salvador: Número de Identificación Tributaria, 14 digits: municipality, date, number, check digit."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns

SOURCE = "Ministerio de Hacienda, Ley del Registro y Control Especial de Contribuyentes"
CONTEXT = ("nit", "n.i.t.", "número de identificación tributaria", "ministerio de hacienda")


def is_nit(digits: str) -> bool:
    """A municipality (or 9 and the country for foreigners) and a day; five plain numbers in a thousand pass."""
    day, month, year = pairs(digits[4:])
    here = 1 <= int(digits[:2]) <= 14 and 1 <= int(digits[2:4]) <= 33
    return (here or digits[0] == "9") and is_day_of(year, month, day)


PATTERNS = (
    Patterns(
        name="sv_nit",
        type="SV_NIT",
        country="sv",
        source=SOURCE,
        forms=("9999-999999-999-9",),
        check=is_nit,
        score=0.85,
        context=CONTEXT,
    ),
    Patterns(
        name="sv_nit_plain",
        type="SV_NIT",
        country="sv",
        source=SOURCE,
        forms=("99999999999999",),
        check=is_nit,
        score=0.4,
        context=CONTEXT,
    ),
)
