"""Cases for pl_id_card: Poland: dowód osobisty, three letters and six digits of which the first checks the rest."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pl_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Dowód osobisty ABA300000", ("ABA300000",)),
    ("seria i numer dowodu: aba 300000", ("aba 300000",)),
    ("przesyłka ABA300000", ()),
    ("dowód ABA300001", ()),
    ("dowód ABC300000", ()),
    ("dowód ABA3000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pl_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
