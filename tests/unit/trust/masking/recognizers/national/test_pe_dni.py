"""Cases for pe_dni: Peru: Documento Nacional de Identidad, 8 digits, at times with a check character."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pe_dni import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("DNI 43451826, Lima", ("43451826",)),
    ("con DNI N° 10117410-2", ("10117410-2",)),
    ("DNI 10117410-3", ()),
    ("DNI 11111111", ()),
    ("boleta 43451826", ()),
    ("DNI 434518267", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pe_dni(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
