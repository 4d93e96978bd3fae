"""Cases for ru_passport: Russia: passport, a series of four digits (region and year) and six digits; only beside."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ru_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Паспорт 45 08 123456 выдан ОВД", ("45 08 123456",)),
    ("паспорт серия 4508 № 123456", ("4508 № 123456",)),
    ("паспорт серия 4508 номер 123456", ("4508 номер 123456",)),
    ("данные паспорта: 4508123456", ("4508123456",)),
    ("заказ 4508 123456", ()),
    ("паспорт 4560 123456", ()),
    ("паспорт 00 08 123456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ru_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
