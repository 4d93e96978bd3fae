"""Paraguay: Registro Único de Contribuyentes, 5 to 8 digits and a check digit."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns


def is_ruc(digits: str) -> bool:
    """The check digit modulo 11 with the weights 2, 3, ... from the right; one number in ten passes by chance."""
    rest = sum(int(digit) * at for at, digit in enumerate(reversed(digits[:-1]), start=2)) % 11
    return digits[0] != "0" and int(digits[-1]) == (11 - rest if rest > 1 else 0)


PATTERNS = Patterns(
    name="py_ruc",
    type="PY_RUC",
    country="py",
    source="Dirección Nacional de Ingresos Tributarios, Decreto 1030/2013",
    forms=("99999999-9", "9999999-9", "999999-9", "99999-9"),
    check=is_ruc,
    score=0.4,
    context=("ruc", "r.u.c.", "registro único de contribuyentes", "dnit", "contribuyente"),
)
