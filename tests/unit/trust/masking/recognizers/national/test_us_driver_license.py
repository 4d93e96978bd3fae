"""Cases for us_driver_license: United States: driver licence numbers of the states; context only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_driver_license import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("driver's license H12234567", ("H12234567",)),
    ("DL# D400-7836-0001", ("D400-7836-0001",)),
    ("license number 12345678", ("12345678",)),
    ("H12234567 is a part", ()),
    ("license number 1234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_driver_license(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
