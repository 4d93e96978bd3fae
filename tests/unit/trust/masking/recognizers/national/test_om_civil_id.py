"""Cases for om_civil_id: Oman: civil number, 7 to 9 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.om_civil_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Omani ID 12345678", ("12345678",)),
    ("الرقم المدني 87654321", ("87654321",)),
    ("order 12345678", ()),
    ("Omani ID 11111111", ()),
    ("Omani ID 1234567890", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_om_civil_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
