"""Cases for tn_cin: Tunisia: carte d'identité nationale, 8 digits from 0 or 1; no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tn_cin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CIN n° 09876543, Tunis", ("09876543",)),
    ("بطاقة التعريف عدد 09876543", ("09876543",)),
    ("commande 09876543", ()),
    ("CIN 29876543", ()),
    ("CIN 098765432", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tn_cin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
