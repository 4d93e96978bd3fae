"""Cases for br_cns: Brazil: Cartão Nacional de Saúde (health card of the SUS), 15 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_cns import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cartão SUS 700 0000 0000 0005", ("700 0000 0000 0005",)),
    ("CNS 898000000044328", ("898000000044328",)),
    ("lote 700000000000005", ()),
    ("CNS 700 0000 0000 0006", ()),
    ("CNS 300 0000 0000 0005", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_cns(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
