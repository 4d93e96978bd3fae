"""Cases for gb_utr: United Kingdom: unique taxpayer reference, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_utr import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("UTR 1955839661", ("1955839661",)),
    ("1955839661", ()),
    ("UTR 2955839661", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_utr(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
