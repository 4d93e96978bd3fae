"""Cases for jp_pension: Japan: basic pension number, 4 and 6 digits, no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_pension import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("基礎年金番号は1234-567890です", ("1234-567890",)),
    ("年金番号 1234567890", ("1234567890",)),
    ("番号1234-567890", ()),
    ("年金番号 1111-111111", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_pension(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
