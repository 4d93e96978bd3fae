"""Cases for ie_pps: Ireland: Personal Public Service number, seven digits, a check letter and at times one more."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ie_pps import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My PPS number is 1234567T.", ("1234567T",)),
    ("PPSN: 1234567fa", ("1234567fa",)),
    ("PPS No 6433435F", ("6433435F",)),
    ("part 1234567T", ()),
    ("PPS number 1234567A", ()),
    ("PPS number 12345678T", ()),
    ("PPS number 1234567TT", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ie_pps(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
