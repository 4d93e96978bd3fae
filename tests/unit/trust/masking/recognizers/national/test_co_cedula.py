"""Cases for co_cedula: Colombia: cédula de ciudadanía or extranjería or NUIP, 6 to 10 digits, no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.co_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("cédula de ciudadanía 1.020.345.678 de Bogotá", ("1.020.345.678",)),
    ("C.C. 52.345.678", ("52.345.678",)),
    ("identificada con cédula 1020345678", ("1020345678",)),
    ("CC 79345678", ("79345678",)),
    ("identificado con CC No. 79345678", ("79345678",)),
    ("cc: Juan, pedido 79345678", ()),
    ("vale $ 1.020.345.678", ()),
    ("cédula 2020345678", ()),
    ("cédula 111111", ()),
    ("cédula 10203456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_co_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
