"""Cases for in_aadhaar: India: Aadhaar, 12 digits; its virtual number has 16."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_aadhaar import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("2341 2341 2346", ("2341 2341 2346",)),
    ("मेरा आधार 234123412346 है", ("234123412346",)),
    ("234123412346", ()),
    ("Aadhaar 2341 2341 2347", ()),
    ("Aadhaar 1341 2341 2346", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_aadhaar(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
