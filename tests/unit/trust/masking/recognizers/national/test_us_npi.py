"""Cases for us_npi: United States: national provider identifier, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_npi import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NPI: 1234567893", ("1234567893",)),
    ("1234567893", ()),
    ("NPI: 1234567890", ()),
    ("NPI: 3234567893", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_npi(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
