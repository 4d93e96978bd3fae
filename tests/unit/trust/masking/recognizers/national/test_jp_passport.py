"""Cases for jp_passport: Japan: passport, two letters and seven digits, no check digit outside the."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("パスポート番号はTK1234567です", ("TK1234567",)),
    ("旅券番号：MU7654321", ("MU7654321",)),
    ("passport tr1234567", ("tr1234567",)),
    ("型番TK1234567", ()),
    ("旅券 TK12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
