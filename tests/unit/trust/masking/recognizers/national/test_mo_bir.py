"""Cases for mo_bir: Macau: resident identity card (BIR), 7 digits and one in brackets; its check digit is not."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mo_bir import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("澳門居民身份證號碼1234567(8)", ("1234567(8)",)),
    ("BIR n.º 5215299(8), Macau", ("5215299(8)",)),
    ("Macau ID 7123456(1)", ("7123456(1)",)),
    ("vol. 1234567(8)", ()),
    ("BIR 2234567(8)", ()),
    ("BIR 11234567(8)", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mo_bir(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
