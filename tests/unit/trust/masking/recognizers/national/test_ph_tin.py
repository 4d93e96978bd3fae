"""Cases for ph_tin: Philippines: Taxpayer Identification Number, 9 digits and a branch of 3 or 5; no published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ph_tin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My TIN is 123-456-789-000.", ("123-456-789-000",)),
    ("TIN No. 123-456-789", ("123-456-789",)),
    ("Taxpayer Identification Number: 123456789000", ("123456789000",)),
    ("order 123-456-789", ()),
    ("TIN 000-000-000", ()),
    ("TIN 123-456-7890", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ph_tin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
