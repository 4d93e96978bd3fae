"""Cases for ph_philsys: Philippines: PhilSys national ID: number (12 digits) and card number (16), no published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ph_philsys import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("PhilSys number 1234-5678-9012-3456", ("1234-5678-9012-3456",)),
    ("PhilID: 1234 5678 9012", ("1234 5678 9012",)),
    ("PCN 1234567890123456", ("1234567890123456",)),
    ("order 1234-5678-9012", ()),
    ("PCN 1111-1111-1111-1111", ()),
    ("PCN 1234-5678-9012-34567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ph_philsys(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
