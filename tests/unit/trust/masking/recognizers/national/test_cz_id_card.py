"""Cases for cz_id_card: Czechia: občanský průkaz and passport, nine digits or two letters and digits; only beside."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cz_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("občanský průkaz č. 206512873", ("206512873",)),
    ("Občiansky preukaz EA123456", ("EA123456",)),
    ("objednávka 206512873", ()),
    ("občanský průkaz 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cz_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
