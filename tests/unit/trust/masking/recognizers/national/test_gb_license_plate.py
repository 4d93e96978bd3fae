"""Cases for gb_license_plate: United Kingdom: vehicle registration marks since 2001 and the styles before; mostly."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_license_plate import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("parked: AB51 DVL", ("AB51 DVL",)),
    ("my car is A123 BCD", ("A123 BCD",)),
    ("AB51 DVL", ()),
    ("my car is AI51 DVL", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_license_plate(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
