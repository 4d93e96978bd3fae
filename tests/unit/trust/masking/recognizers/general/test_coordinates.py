"""Cases for coordinates: Places on the globe as latitude and longitude, in decimal degrees or degrees, minutes."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.coordinates import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("at 52.5200, 13.4050.", ("52.5200, 13.4050",)),
    ("-33.8688,151.2093", ("-33.8688,151.2093",)),
    ("lat: 52.52, lng: 13.4", ("52.52", "13.4")),
    ("52°31'12\"N 13°24'18\"E", ("52°31'12\"N 13°24'18\"E",)),
    ("1.234, 5.678", ()),
    ("95.1234, 13.4050", ()),
    ("99.9999, 199.9999, 3.1415", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_coordinates(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
