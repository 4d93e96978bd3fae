"""Cases for ec_cedula: Ecuador: cédula de identidad, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ec_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cédula 1714307103, Quito", ("1714307103",)),
    ("C.I. 171430710-3", ("171430710-3",)),
    ("pedido 1714307103", ()),
    ("cédula 1714307104", ()),
    ("cédula 9914307103", ()),
    ("cédula 1794307103", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ec_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
