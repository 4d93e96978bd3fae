"""Cases for in_passport: India: passport number, a letter and 7 digits; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("passport J8369854", ("J8369854",)),
    ("J8369854", ()),
    ("passport J0369854", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
