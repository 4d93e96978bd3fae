"""Nicaragua: cédula de identidad: municipality, date of birth, number, letter."""

from __future__ import annotations

from shoal.trust.masking.days import is_day_of, pairs
from shoal.trust.masking.patterns import Patterns


def is_cedula(value: str) -> bool:
    """A day of birth, and the letter that the number modulo 23 gives; five in a thousand pass by chance."""
    day, month, year = pairs(value[3:])
    return is_day_of(year, month, day) and value[13] == "ABCDEFGHJKLMNPQRSTUVWXY"[int(value[:13]) % 23]


PATTERNS = Patterns(
    name="ni_cedula",
    type="NI_CEDULA",
    country="ni",
    source="Consejo Supremo Electoral, Ley 152 de Identificación Ciudadana",
    forms=("999-999999-9999A", "9999999999999A"),
    check=is_cedula,
    score=0.6,
    context=("cédula", "cédula de identidad", "cedula no."),
)
