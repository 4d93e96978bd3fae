"""Cases for jp_my_number: Japan: individual number ("My Number"), 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_my_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("マイナンバーは1234 5678 9018です。", ("1234 5678 9018",)),
    ("個人番号：123456789018", ("123456789018",)),
    ("My Number 1234-5678-9018", ("1234-5678-9018",)),
    ("マイナンバー「１２３４５６７８９０１８」", ("１２３４５６７８９０１８",)),
    ("注文番号123456789018", ()),
    ("個人番号1234567890188", ()),
    ("マイナンバー 1234 5678 9012", ("1234 5678 9012",)),
    ("注文 1234 5678 9012", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_my_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
