"""Cases for ng_nin: Nigeria: National Identification Number, 11 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ng_nin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My NIN is 12345678902.", ("12345678902",)),
    ("NIMC slip: 6123 456 7890", ("6123 456 7890",)),
    ("order 12345678902", ()),
    ("NIN 08012345678", ()),
    ("NIN 11111111111", ()),
    ("NIN 123456789022", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ng_nin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
