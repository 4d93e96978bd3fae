"""Cases for us_bank_number: United States: bank account numbers, 6 to 17 digits that only their context tells."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.us_bank_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("my checking account is 12345678901", ("12345678901",)),
    ("Account number: 945456787654", ("945456787654",)),
    ("order 945456787654", ()),
    ("account number 12345", ()),
    ("account number 00000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_bank_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
