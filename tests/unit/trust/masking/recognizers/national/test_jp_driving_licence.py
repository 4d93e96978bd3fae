"""Cases for jp_driving_licence: Japan: number of the driving licence, 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_driving_licence import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("運転免許証番号は306012345670です。", ("306012345670",)),
    ("免許証 第601012345670号", ("601012345670",)),
    ("注文番号306012345670", ()),
    ("免許証 016012345670", ()),
    ("免許証 3060123456700", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_driving_licence(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
