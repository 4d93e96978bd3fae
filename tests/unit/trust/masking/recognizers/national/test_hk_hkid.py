"""Cases for hk_hkid: Hong Kong: identity card, one or two letters, six digits and a check character."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hk_hkid import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My HKID is A123456(3).", ("A123456(3)",)),
    ("身份證號碼G123456(A)", ("G123456(A)",)),
    ("香港身份證：A1234563", ("A1234563",)),
    ("the holder of ab987654(3) signed", ("ab987654(3)",)),
    ("「A123456（3）」已核對", ("A123456（3）",)),
    ("part A1234563 shipped", ()),
    ("HKID XYZA123456(3)", ()),
    ("HKID A1234567(3)", ()),
    ("HKID A123456(4)", ("A123456(4)",)),
    ("ref. A123456(4)", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hk_hkid(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
