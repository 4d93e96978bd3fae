"""Cases for hu_taj: Hungary: TAJ, the social security number, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hu_taj import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("TAJ-szám: 123 456 788", ("123 456 788",)),
    ("a taj száma 123456788", ("123456788",)),
    ("rendelés 123456788", ()),
    ("TAJ 123456789", ()),
    ("TAJ 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hu_taj(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
