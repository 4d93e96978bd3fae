"""Cases for iq_national_card: Iraq: number of the national card, 12 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.iq_national_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("رقم البطاقة الوطنية 199012345678", ("199012345678",)),
    ("Iraqi ID 200112345678", ("200112345678",)),
    ("order 199012345678", ()),
    ("البطاقة الوطنية 899012345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_iq_national_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
