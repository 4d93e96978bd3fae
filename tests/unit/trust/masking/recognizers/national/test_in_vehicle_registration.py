"""Cases for in_vehicle_registration: India: vehicle registration mark, state, district, series and number."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_vehicle_registration import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("MH12AB1234", ("MH12AB1234",)),
    ("my car KA-01-HH-1234", ("KA-01-HH-1234",)),
    ("my bike dl 3 c 1234", ("dl 3 c 1234",)),
    ("my bike dl3c1234", ("dl3c1234",)),
    ("XX12AB1234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_vehicle_registration(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
