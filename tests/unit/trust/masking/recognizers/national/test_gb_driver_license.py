"""Cases for gb_driver_license: United Kingdom: driver number, 16 characters made of surname, date of birth and."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_driver_license import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("MORGA657054SM9IJ", ("MORGA657054SM9IJ",)),
    ("driving licence morga 657054 sm9ij", ("morga 657054 sm9ij",)),
    ("MORGA613354SM9IJ", ()),
    ("MORGA699054SM9IJ", ()),
    ("XMORGA657054SM9IJ", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_driver_license(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
