"""Cases for pe_ruc: Peru: Registro Único de Contribuyentes, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pe_ruc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RUC 20512333797", ("20512333797",)),
    ("R.U.C. 20100070970, Lima", ("20100070970",)),
    ("sunat: 20-10007097-0", ("20-10007097-0",)),
    ("guía 20512333797", ()),
    ("RUC 20512333798", ()),
    ("RUC 30512333797", ()),
    ("RUC 205123337977", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pe_ruc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
