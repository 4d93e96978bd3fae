"""Cases for au_passport: Australia: passport number, one or two letters and 7 digits; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.au_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("passport N1234567", ("N1234567",)),
    ("passport PA1234567", ("PA1234567",)),
    ("N1234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_au_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
