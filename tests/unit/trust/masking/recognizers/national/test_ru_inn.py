"""Cases for ru_inn: Russia: INN, the tax number, 12 digits of a person or 10 of a firm."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ru_inn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ИНН 7707083893", ("7707083893",)),
    ("Мой инн: 500100732259", ("500100732259",)),
    ("500100732259", ("500100732259",)),
    ("заказ 7707083893", ()),
    ("ИНН 7707083894", ()),
    ("ИНН 500100732258", ()),
    ("ИНН 77070838930", ()),
    ("ИНН 0000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ru_inn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
