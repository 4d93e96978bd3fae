"""Cases for sv_nit: El Salvador: Número de Identificación Tributaria, 14 digits: municipality, date, number."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sv_nit import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIT 0614-050707-104-8", ("0614-050707-104-8",)),
    ("el contribuyente 0614-210390-112-3 declaró", ("0614-210390-112-3",)),
    ("nit 06140507071048", ("06140507071048",)),
    ("ref 06140507071048", ()),
    ("NIT 0614-053707-104-8", ()),
    ("NIT 1914-050707-104-8", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sv_nit(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
