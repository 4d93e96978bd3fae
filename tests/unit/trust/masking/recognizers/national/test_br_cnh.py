"""Cases for br_cnh: Brazil: number of registration of the Carteira Nacional de Habilitação (driving licence), 11."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_cnh import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CNH 02650306461, categoria B", ("02650306461",)),
    ("carteira nacional de habilitação nº 97625655678", ("97625655678",)),
    ("CNH 02650306462", ()),
    ("pedido 02650306461", ()),
    ("CNH 11111111111", ()),
    ("CNH 026503064611", ()),
    ("CNH a02650306461", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_cnh(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
