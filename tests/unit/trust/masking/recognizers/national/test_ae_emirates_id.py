"""Cases for ae_emirates_id: United Arab Emirates: Emirates ID, 15 digits from 784."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ae_emirates_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Emirates ID: 784-1984-1234567-1", ("784-1984-1234567-1",)),
    ("رقم الهوية 784199012345678", ("784199012345678",)),
    ("Ahmed (784 1990 1234567 8) signed", ("784 1990 1234567 8",)),
    ("order 785-1984-1234567-1", ()),
    ("ID 784-1784-1234567-1", ()),
    ("ID 784-1984-1234567-12", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ae_emirates_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
