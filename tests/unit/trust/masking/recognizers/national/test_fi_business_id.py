"""Cases for fi_business_id: Finland: Y-tunnus of a company, seven digits, a dash and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fi_business_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Y-tunnus 2077474-0", ("2077474-0",)),
    ("Y-tunnus: 0112038-9, Espoo", ("0112038-9",)),
    ("tilaus 2077474-0", ()),
    ("Y-tunnus 2077474-1", ()),
    ("Y-tunnus 2077474-01", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fi_business_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
