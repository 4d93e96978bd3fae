"""Cases for ma_cin: Morocco: carte nationale d'identité (CIN, CNIE), one or two letters and 5 or 6 digits; no."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ma_cin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CIN BE123456, Casablanca", ("BE123456",)),
    ("titulaire de la carte nationale n° K12345", ("K12345",)),
    ("بطاقة التعريف الوطنية AB123456", ("AB123456",)),
    ("pièce BE123456", ()),
    ("CIN BE1234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ma_cin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
