"""Cases for us_itin: United States: individual taxpayer identification number, 9 digits that begin with 9."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_itin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ITIN 911-70-1234", ("911-70-1234",)),
    ("911-70-1234", ("911-70-1234",)),
    ("tax id 911701234", ("911701234",)),
    ("911701234", ()),
    ("811-70-1234", ()),
    ("911-49-1234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_itin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
