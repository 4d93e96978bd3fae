"""Cases for co_nit: Colombia: Número de Identificación Tributaria, 9 or 10 digits and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.co_nit import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Bancolombia, NIT 890.903.938-8", ("890.903.938-8",)),
    ("nit 213123432-1", ("213123432-1",)),
    ("Factura a nombre de 860.002.964-4", ("860.002.964-4",)),
    ("NIT: 8600029644", ("8600029644",)),
    ("el radicado 8600029644", ()),
    ("NIT 1860.002.964-4", ()),
    ("NIT 900.123.456-9", ("900.123.456-9",)),
    ("ref. 900.123.456-9", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_co_nit(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
