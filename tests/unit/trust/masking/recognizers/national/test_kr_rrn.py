"""Cases for kr_rrn: South Korea: resident registration number, 13 digits; those issued since October 2020 have no."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.kr_rrn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("주민등록번호는 900101-1234568입니다.", ("900101-1234568",)),
    ("고객 880229-2345678 님", ("880229-2345678",)),
    ("주민번호 9001011234567", ("9001011234567",)),
    ("등록 9001011234568 완료", ("9001011234568",)),
    ("주민등록번호 901301-1234568", ()),
    ("주민등록번호 900101-5234568", ()),
    ("주민등록번호 900101-12345678", ()),
    ("주문 1700000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_kr_rrn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
