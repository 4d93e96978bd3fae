"""Cases for ug_nin: Uganda: National Identification Number, 14 characters; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ug_nin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIN: CM85012345ABCD", ("CM85012345ABCD",)),
    ("national id cf90123456k7lm", ("cf90123456k7lm",)),
    ("part CM85012345ABCD", ()),
    ("NIN XM85012345ABCD", ()),
    ("NIN CM85012345ABCDE", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ug_nin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
