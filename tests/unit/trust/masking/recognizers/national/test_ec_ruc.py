"""Cases for ec_ruc: Ecuador: Registro Único de Contribuyentes, 13 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ec_ruc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RUC 1792060346001", ("1792060346001",)),
    ("persona natural 1714307103001", ("1714307103001",)),
    ("CNT EP, RUC 1768152560001", ("1768152560001",)),
    ("RUC 1792060347001", ()),
    ("RUC 1714307104001", ()),
    ("RUC 1792060346000", ()),
    ("RUC 17920603460011", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ec_ruc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
