"""Honduras: Documento Nacional de Identificación, 13 digits: municipality, year, number."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_dni(digits: str) -> bool:
    """Department 01 to 18, municipality to 28, year 1900 to 2049; one number in a thousand passes by chance."""
    return 1 <= int(digits[:2]) <= 18 and 1 <= int(digits[2:4]) <= 28 and 1900 <= int(digits[4:8]) <= 2049


PATTERNS = Patterns(
    name="hn_dni",
    type="HN_DNI",
    country="hn",
    source="Registro Nacional de las Personas, Decreto 62-2004",
    forms=("9999-9999-99999", "9999 9999 99999", "9999999999999"),
    check=is_dni,
    score=0.6,
    context=("dni", "identidad", "tarjeta de identidad", "número de identidad"),
)
