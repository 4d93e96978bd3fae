"""Cases for kr_frn: South Korea: foreigner registration number, 13 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kr_frn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("외국인등록번호 850630-5123456", ("850630-5123456",)),
    ("등록번호가 850630-6123456인 고객", ("850630-6123456",)),
    ("외국인등록증 8506305123457", ("8506305123457",)),
    ("주문 8506305123456", ()),
    ("외국인등록번호 853230-5123456", ()),
    ("외국인등록번호 850630-512345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kr_frn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
