"""Cases for gb_passport: United Kingdom: passport number, 9 digits; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("British passport 925665416", ("925665416",)),
    ("925665416", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
