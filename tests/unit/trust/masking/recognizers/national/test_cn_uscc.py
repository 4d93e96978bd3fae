"""Cases for cn_uscc: China: unified social credit identifier of organisations, 18 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cn_uscc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("统一社会信用代码：91350100M000100Y43", ("91350100M000100Y43",)),
    ("公司代码91350100M000100Y43已变更", ("91350100M000100Y43",)),
    ("税号91110000600037341L", ("91110000600037341L",)),
    ("统一社会信用代码91350100M000100Y44", ()),
    ("统一社会信用代码X91350100M000100Y43", ()),
    ("统一社会信用代码91350100M000100Y433", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cn_uscc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
