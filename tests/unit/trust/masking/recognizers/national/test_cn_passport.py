"""Cases for cn_passport: China: passport, and travel permits to Hong Kong and Macau: a letter or two and digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cn_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("护照号码：E12345678", ("E12345678",)),
    ("我的护照EA1234567到期了", ("EA1234567",)),
    ("passport no. G12345678", ("G12345678",)),
    ("零件E12345678", ()),
    ("护照 X12345678", ()),
    ("护照 E123456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cn_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
