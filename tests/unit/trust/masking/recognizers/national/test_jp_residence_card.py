"""Cases for jp_residence_card: Japan: residence card (在留カード), two letters, eight digits, two letters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.jp_residence_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("在留カード番号「AB12345678CD」", ("AB12345678CD",)),
    ("residence card no. ab12345678cd", ("ab12345678cd",)),
    ("型番AB12345678CD", ()),
    ("在留カード AB123456789CD", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_jp_residence_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
