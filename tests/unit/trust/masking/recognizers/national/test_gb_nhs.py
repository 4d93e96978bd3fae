"""Cases for gb_nhs: United Kingdom: NHS number, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_nhs import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NHS number 943 476 5919", ("943 476 5919",)),
    ("patient 9434765919", ("9434765919",)),
    ("CHI 010101 0005", ()),
    ("943 476 5919", ()),
    ("NHS number 943 476 5918", ()),
    ("NHS number 943 476 591", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_nhs(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
