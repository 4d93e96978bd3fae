"""Cases for br_cpf: Brazil: Cadastro de Pessoas Físicas, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_cpf import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Meu CPF é 529.982.247-25, por favor.", ("529.982.247-25",)),
    ("CPF: 11144477735", ("11144477735",)),
    ("cpf 123456789-09", ("123456789-09",)),
    ("O cliente 529 982 247 25 ligou ontem. Era 529 982 247 250", ("529 982 247 25",)),
    ("O cliente 529.982.247-26 ligou.", ()),
    ("CPF 11111111111", ()),
    ("CPF 529.982.247-255", ()),
    ("CPF x52998224725", ()),
    ("pedido 52998224724 enviado", ()),
    ("tel. 1-529.982.247-25", ()),
    ("CPF 123.456.789-00 (mal digitado)", ("123.456.789-00",)),
    ("CPF 52998224726", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_cpf(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
