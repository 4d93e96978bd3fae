"""Cases for ve_cedula: Venezuela: cédula de identidad, V or E and 6 to 8 digits, no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ve_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("C.I. V-12345678", ("V-12345678",)),
    ("Yo, titular de la cédula V12345678", ("V12345678",)),
    ("Firmado v-12.345.678 en Caracas", ("v-12.345.678",)),
    ("modelo V-12345678", ()),
    ("cédula X-12.345.678", ()),
    ("C.I. V-11111111", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ve_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
