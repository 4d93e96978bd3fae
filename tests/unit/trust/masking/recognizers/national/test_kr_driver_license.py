"""Cases for kr_driver_license: South Korea: driving licence, region, year, number and check digits, 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kr_driver_license import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("운전면허번호 11-19-123456-78", ("11-19-123456-78",)),
    ("면허증 28 05 123456 70", ("28 05 123456 70",)),
    ("운전면허 112012345678", ("112012345678",)),
    ("부품 11-19-123456-78", ()),
    ("운전면허 29-19-123456-78", ()),
    ("운전면허 11-19-123456-789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kr_driver_license(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
