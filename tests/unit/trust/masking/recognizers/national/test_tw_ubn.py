"""Cases for tw_ubn: Taiwan: unified business number, 8 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tw_ubn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("統一編號：00501503", ("00501503",)),
    ("統編 22099131（台積電）", ("22099131",)),
    ("UBN 04595257", ("04595257",)),
    ("訂單 22099131", ()),
    ("統編 22099132", ()),
    ("統編 220991311", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tw_ubn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
