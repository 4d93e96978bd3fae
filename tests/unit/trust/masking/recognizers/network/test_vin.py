"""Cases for vin: Vehicle identification numbers, 17 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.vin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("VIN 1HGCM82633A004352", ("1HGCM82633A004352",)),
    ("1M8GDM9AXKP042788", ("1M8GDM9AXKP042788",)),
    ("Fahrgestellnummer wvwzzz1jzxw000001", ("wvwzzz1jzxw000001",)),
    ("WVWZZZ1JZXW000001", ()),
    ("VIN 1HGCM82633A00435", ()),
    ("ABCDEFGHJKLMNPRST", ()),
    ("11111111111111111", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_vin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
