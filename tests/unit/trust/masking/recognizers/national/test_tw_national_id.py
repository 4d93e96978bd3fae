"""Cases for tw_national_id: Taiwan: national identification number, and the numbers of residence certificates, 10."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tw_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("身分證字號：A123456789", ("A123456789",)),
    ("我的身份證a123456789", ("a123456789",)),
    ("統一證號 A800000014", ("A800000014",)),
    ("居留證 AC01234567", ("AC01234567",)),
    ("零件 A123456789", ()),
    ("身分證 A323456789", ()),
    ("身分證 A1234567890", ()),
    ("身分證 XYA123456789", ()),
    ("身分證字號 A123456788", ("A123456788",)),
    ("national id A123456788", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tw_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
