"""Cases for th_tnin: Thailand: national identification number, 13 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.th_tnin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("เลขประจำตัวประชาชน 1234567890121", ("1234567890121",)),
    ("บัตรประชาชน 1-2345-45678-78-1", ("1-2345-45678-78-1",)),
    ("คุณ 1 2345 45678 78 1 ลงทะเบียน", ("1 2345 45678 78 1",)),
    ("เลขบัตรประชาชน ๑๒๓๔๕๖๗๘๙๐๑๒๑", ("๑๒๓๔๕๖๗๘๙๐๑๒๑",)),
    ("คำสั่งซื้อ 1234567890121", ()),
    ("บัตรประชาชน 1234567890122", ()),
    ("บัตรประชาชน 12345678901211", ()),
    ("เลขประจำตัวประชาชน 1-2345-67890-12-3", ("1-2345-67890-12-3",)),
    ("1-2345-67890-12-3 คำสั่งซื้อ", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_th_tnin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
