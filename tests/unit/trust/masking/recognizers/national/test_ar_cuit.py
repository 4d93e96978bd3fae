"""Cases for ar_cuit: Argentina: CUIT and CUIL, the tax and labour number, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ar_cuit import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CUIT 20-05536168-2", ("20-05536168-2",)),
    ("Emitir factura a 30-50001091-2, gracias", ("30-50001091-2",)),
    ("CUIL: 20055361682", ("20055361682",)),
    ("pedido 20055361682", ()),
    ("CUIT 20-05536168-22", ()),
    ("CUIT 20-12345678-9", ("20-12345678-9",)),
    ("número 20-12345678-9", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ar_cuit(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
