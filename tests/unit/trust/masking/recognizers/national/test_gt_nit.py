"""Cases for gt_nit: Guatemala: Número de Identificación Tributaria, up to 8 digits and a check character that may."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gt_nit import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIT 576937-K", ("576937-K",)),
    ("nit: 7108-0", ("7108-0",)),
    ("N.I.T. 576937k", ("576937k",)),
    ("NIT 576937-1", ()),
    ("pedido 576937-K", ()),
    ("NIT 0000-0", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gt_nit(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
