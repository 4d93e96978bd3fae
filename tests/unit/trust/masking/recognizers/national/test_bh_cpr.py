"""Cases for bh_cpr: Bahrain: personal number (CPR), 9 digits: year and month of birth, number; its check digit is."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.bh_cpr import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CPR 850712345, Manama", ("850712345",)),
    ("الرقم الشخصي 901112345", ("901112345",)),
    ("order 850712345", ()),
    ("CPR 851312345", ()),
    ("CPR 8507123456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bh_cpr(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
