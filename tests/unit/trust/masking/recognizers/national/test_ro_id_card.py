"""Cases for ro_id_card: Romania: carte de identitate (two letters and six digits) and passport; only beside a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ro_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Carte de identitate RX 123456", ("RX 123456",)),
    ("CI seria RX nr. 123456", ("RX nr. 123456",)),
    ("pașaport RX123456", ("RX123456",)),
    ("produs RX123456", ()),
    ("buletin RX1234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ro_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
