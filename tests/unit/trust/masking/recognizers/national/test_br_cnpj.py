"""Cases for br_cnpj: Brazil: Cadastro Nacional da Pessoa Jurídica, 14 characters; with letters since July 2026."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_cnpj import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("A empresa tem o CNPJ 11.222.333/0001-81.", ("11.222.333/0001-81",)),
    ("CNPJ 11222333000181", ("11222333000181",)),
    ("O número 60746948123494 é de um pedido", ()),
    ("CNPJ 60746948123460", ("60746948123460",)),
    ("Empresa 11222333000181", ("11222333000181",)),
    ("cnpj: 33.000.167/0001-01 (Petrobras)", ("33.000.167/0001-01",)),
    ("O novo CNPJ será 12.ABC.345/01DE-35.", ("12.ABC.345/01DE-35",)),
    ("CNPJ 12ABC34501DE35", ("12ABC34501DE35",)),
    ("CNPJ 12.ABC.345/01DE-36", ()),
    ("CNPJ 11.222.333/0001-811", ()),
    ("código AB11222333000181", ()),
    ("CNPJ 12.345.678/0001-00", ("12.345.678/0001-00",)),
    ("número 12.345.678/0001-00", ()),
    ("CNPJ 11222333000182", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_cnpj(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
