"""Cases for in_gstin: India: goods and services tax identification number, 15 characters with a PAN inside."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_gstin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("GSTIN 27AAPFU0939F1ZV", ("27AAPFU0939F1ZV",)),
    ("27aapfu0939f1zv", ("27aapfu0939f1zv",)),
    ("27AAPFU0939F1ZA", ()),
    ("47AAPFU0939F1ZV", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_gstin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
