"""Cases for gb_bank: United Kingdom: sort codes and the account numbers that go with them."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.gb_bank import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Sort code 20-00-00, account number 55779911", ("20-00-00", "55779911")),
    ("sort code: 200000", ("200000",)),
    ("on 20-01-99 we met", ()),
    ("order 55779911", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_bank(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
