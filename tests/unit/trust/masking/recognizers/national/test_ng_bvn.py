"""Cases for ng_bvn: Nigeria: Bank Verification Number, 11 digits from 22; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ng_bvn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My BVN is 22123456789.", ("22123456789",)),
    ("bank verification number: 22345678901", ("22345678901",)),
    ("order 22123456789", ()),
    ("BVN 32123456789", ()),
    ("BVN 221234567890", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ng_bvn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
