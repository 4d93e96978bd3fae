"""Cases for ar_dni: Argentina: Documento Nacional de Identidad, 7 or 8 digits, no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ar_dni import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi DNI es 30.123.456.", ("30.123.456",)),
    ("dni 30123456", ("30123456",)),
    ("D.N.I. 5.123.456", ("5.123.456",)),
    ("documento nacional de identidad 30 123 456", ("30 123 456",)),
    ("El total es 30.123.456 pesos", ()),
    ("DNI 0123456", ()),
    ("DNI 301234567", ()),
    ("DNI v30123456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ar_dni(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
