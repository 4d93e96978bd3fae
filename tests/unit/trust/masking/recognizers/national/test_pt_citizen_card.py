"""Cases for pt_citizen_card: Portugal: cartão de cidadão, 8 digits, a check digit, two letters of the version and."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pt_citizen_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cartão de Cidadão 00000000 0 ZZ4", ("00000000 0 ZZ4",)),
    ("00000000 0 ZZ4", ("00000000 0 ZZ4",)),
    ("o meu CC é 000000000zz4", ("000000000zz4",)),
    ("peça 000000000ZZ4", ()),
    ("cartão de cidadão 00000000 0 ZZ5", ()),
    ("cartão de cidadão 000000000ZZ44", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pt_citizen_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
