"""Cases for hn_dni: Honduras: Documento Nacional de Identificación, 13 digits: municipality, year, number."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hn_dni import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Identidad 0801-1985-12345", ("0801-1985-12345",)),
    ("dni 0801198512345", ("0801198512345",)),
    ("identidad 1901-1985-12345", ()),
    ("identidad 0801-1785-12345", ()),
    ("identidad 0801-1985-123456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hn_dni(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
