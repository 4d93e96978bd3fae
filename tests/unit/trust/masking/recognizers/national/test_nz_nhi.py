"""Cases for nz_nhi: New Zealand: National Health Index number, 7 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.nz_nhi import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NHI ZAC5361", ("ZAC5361",)),
    ("NHI ALU18KZ", ("ALU18KZ",)),
    ("ZAC5361", ()),
    ("NHI ZAC5362", ()),
    ("NHI ZIC5361", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_nz_nhi(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
