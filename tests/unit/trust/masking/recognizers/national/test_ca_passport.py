"""Cases for ca_passport: Canada: passport number, two letters and 6 digits (since 2023 a letter, 6 digits and two."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ca_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("passeport GA302922", ("GA302922",)),
    ("passport A123456BC", ("A123456BC",)),
    ("GA302922", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ca_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
