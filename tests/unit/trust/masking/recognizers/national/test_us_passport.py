"""Cases for us_passport: United States: passport number, 9 digits or a letter and 8 digits; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("my passport number is 912803456", ("912803456",)),
    ("passport no A12803456", ("A12803456",)),
    ("912803456", ()),
    ("passport 91280345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
