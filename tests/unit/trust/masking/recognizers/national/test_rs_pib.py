"""Cases for rs_pib: Serbia: PIB, the tax number of a firm, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.rs_pib import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("PIB: 101134702", ("101134702",)),
    ("ПИБ 101134702", ("101134702",)),
    ("porudžbina 101134702", ()),
    ("PIB 101134703", ()),
    ("PIB 201134702", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_rs_pib(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
