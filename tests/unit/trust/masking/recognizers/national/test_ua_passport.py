"""Cases for ua_passport: Ukraine: passport, two Cyrillic or Latin letters and six digits, or the nine digits of a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ua_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Паспорт серія МЮ № 123456", ("МЮ № 123456",)),
    ("паспорт АА123456", ("АА123456",)),
    ("ID-картка 001234567", ("001234567",)),
    ("накладна АА123456", ()),
    ("паспорт ААБ123456", ()),
    ("паспорт 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ua_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
