"""Cases for kr_brn: South Korea: business registration number, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kr_brn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("사업자등록번호 124-81-00998", ("124-81-00998",)),
    ("카카오(120-81-47521)", ("120-81-47521",)),
    ("사업자번호: 1208147521", ("1208147521",)),
    ("주문 1208147521", ()),
    ("사업자등록번호 124-81-009988", ()),
    ("사업자등록번호 123-45-67890", ("123-45-67890",)),
    ("부품 123-45-67890", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kr_brn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
