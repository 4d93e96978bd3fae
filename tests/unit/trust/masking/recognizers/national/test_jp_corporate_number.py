"""Cases for jp_corporate_number: Japan: corporate number, 13 digits; with T before it the number of an issuer of."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_corporate_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("法人番号7000012050002", ("7000012050002",)),
    ("登録番号：T7000012050002", ("T7000012050002",)),
    ("corporate number 5835678256246", ("5835678256246",)),
    ("注文番号7000012050002", ()),
    ("法人番号7000012050003", ()),
    ("法人番号X7000012050002", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_corporate_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
