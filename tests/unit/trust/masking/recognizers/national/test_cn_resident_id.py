"""Cases for cn_resident_id: China: number of the resident identity card, 18 characters (15 on cards before 2000)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cn_resident_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("我的身份证号是11010519491231002X，请核实。", ("11010519491231002X",)),
    ("身份证：440524188001010014", ("440524188001010014",)),
    ("公民身份号码11010519491231002x。", ("11010519491231002x",)),
    ("她的号码110105 19491231 002X已登记", ("110105 19491231 002X",)),
    ("旧身份证110105491231002", ("110105491231002",)),
    ("订单110105491231002已发货", ()),
    ("身份证11010519491231002Y", ()),
    ("身份证110105194913310026", ()),
    ("身份证99010519491231002X", ()),
    ("身份证号A11010519491231002X", ()),
    ("身份证号110105199003074511", ("110105199003074511",)),
    ("订单110105199003074511", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cn_resident_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
