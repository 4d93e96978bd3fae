"""Cases for jo_national_number: Jordan: national number, 10 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jo_national_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("الرقم الوطني 9851012345", ("9851012345",)),
    ("national number 2001234567", ("2001234567",)),
    ("order 9851012345", ()),
    ("الرقم الوطني 5851012345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jo_national_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
