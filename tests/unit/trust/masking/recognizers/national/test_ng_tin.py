"""Cases for ng_tin: Nigeria: Tax Identification Number: 8 and 4 digits, 10 digits, or 13 since 2026; no published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ng_tin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("TIN: 12345678-0001", ("12345678-0001",)),
    ("Tax Identification Number 1234567890", ("1234567890",)),
    ("model 12345678-0001", ()),
    ("TIN: 123456789-0001", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ng_tin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
