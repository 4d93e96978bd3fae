"""Cases for lv_personal_code: Latvia: personas kods, 11 digits: day of birth and five, or since 2017 a 32 and."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.lv_personal_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Personas kods: 161175-19997", ("161175-19997",)),
    ("16117519997", ("16117519997",)),
    ("mans personas kods ir 329999-12345", ("329999-12345",)),
    ("pasūtījums 329999-12345", ()),
    ("personas kods 161175-19998", ()),
    ("personas kods 161375-19997", ()),
    ("personas kods 161175-199970", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_lv_personal_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
