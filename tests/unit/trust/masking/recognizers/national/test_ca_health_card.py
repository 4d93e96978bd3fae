"""Cases for ca_health_card: Canada: Ontario health card, 10 digits and a version code."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ca_health_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("OHIP 9876-543-217-AB", ("9876-543-217", "9876-543-217-AB")),
    ("9876-543-217", ()),
    ("OHIP 9876-543-210", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ca_health_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
