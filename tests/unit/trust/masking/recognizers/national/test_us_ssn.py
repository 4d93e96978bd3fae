"""Cases for us_ssn: United States: social security number, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_ssn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My SSN is 536-90-4399.", ("536-90-4399",)),
    ("536-90-4399", ("536-90-4399",)),
    ("536 90 4399", ("536 90 4399",)),
    ("social security number 536904399", ("536904399",)),
    ("536904399", ()),
    ("666-90-4399 and 000-90-4399 and 936-20-4399", ()),
    ("536-00-4399", ()),
    ("536-90-0000", ()),
    ("1536-90-4399 and 536-90-43990", ()),
    ("12-536-90-4399", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_ssn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
