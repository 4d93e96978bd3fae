"""Cases for vn_cccd: Vietnam: personal number of the căn cước (12 digits) and of the older CMND card (9), no."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.vn_cccd import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Số CCCD: 001099012345", ("001099012345",)),
    ("căn cước công dân số 079 203 012 345", ("079 203 012 345",)),
    ("CMND 025123456", ("025123456",)),
    ("Đơn hàng 001099012345", ()),
    ("CCCD 997099012345", ()),
    ("CCCD 0010990123456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_vn_cccd(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
