"""Cases for ru_snils: Russia: SNILS, the number of the pension account, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ru_snils import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("СНИЛС 112-233-445 95", ("112-233-445 95",)),
    ("снилс: 11223344595", ("11223344595",)),
    ("112-233-445 95", ("112-233-445 95",)),
    ("телефон 11223344595", ()),
    ("СНИЛС 112-233-445 96", ()),
    ("СНИЛС 000-000-000 00", ()),
    ("СНИЛС 112-233-445 955", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ru_snils(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
