"""Cases for br_rg: Brazil: Registro Geral, the identity card of a state; 7 to 9 characters, no check that all."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_rg import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RG 12.345.678-9 SSP/SP", ("12.345.678-9",)),
    ("portador da cédula de identidade 24678131x", ("24678131x",)),
    ("RG nº 246781314", ("246781314",)),
    ("Carteira de identidade: 1.234.567", ("1.234.567",)),
    ("Valor total: 1.234.567", ()),
    ("o código 12.345.678-9", ()),
    ("RG 11.111.111-1", ()),
    ("RG 123.345.678-9", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_rg(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
