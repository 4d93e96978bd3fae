"""Cases for in_pan: India: permanent account number, 5 letters, 4 digits and a letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_pan import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("PAN ABCPE1234F", ("ABCPE1234F",)),
    ("ABCPE1234F", ("ABCPE1234F",)),
    ("pan card abcpe1234f", ("abcpe1234f",)),
    ("abcpe1234f", ()),
    ("ABCDE1234F", ()),
    ("XABCPE1234F", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_pan(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
