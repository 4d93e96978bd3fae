"""Cases for it_identity_card: Italy: carta d'identità, on paper, electronic of the second and of the third kind."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.it_identity_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("carta d'identità n. AX1234567", ("AX1234567",)),
    ("Carta di identità CA00000AA", ("CA00000AA",)),
    ("CIE 1234567AA", ("1234567AA",)),
    ("spedizione AX1234567", ()),
    ("CIE AX12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_it_identity_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
