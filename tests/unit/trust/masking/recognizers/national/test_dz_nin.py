"""Cases for dz_nin: Algeria: numéro d'identification nationale, 18 digits; its two check digits are not published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.dz_nin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIN 109850123456789012, Alger", ("109850123456789012",)),
    ("رقم التعريف الوطني 200110123456789012", ("200110123456789012",)),
    ("commande 109850123456789012", ()),
    ("NIN 509850123456789012", ()),
    ("NIN 1098501234567890123", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_dz_nin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
