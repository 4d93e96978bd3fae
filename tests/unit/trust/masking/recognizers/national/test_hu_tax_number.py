"""Cases for hu_tax_number: Hungary: adószám of a firm, eight digits, a digit of its tax and two of its county."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hu_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Adószám: 10773381-2-44", ("10773381-2-44",)),
    ("12892312-2-42", ("12892312-2-42",)),
    ("adószám 10773382-2-44", ()),
    ("adószám 10773381-9-44", ()),
    ("adószám 10773381-2-444", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hu_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
