"""Cases for us_ein: United States: employer identification number, 9 digits written 2-7."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_ein import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("EIN 12-3456789", ("12-3456789",)),
    ("12-3456789", ()),
    ("EIN 07-3456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_ein(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
