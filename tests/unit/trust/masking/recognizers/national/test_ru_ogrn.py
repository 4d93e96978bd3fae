"""Cases for ru_ogrn: Russia: OGRN of a firm (13 digits) and OGRNIP of a sole trader (15 digits)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ru_ogrn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ОГРН 1027700132195", ("1027700132195",)),
    ("ОГРНИП: 304500116000157", ("304500116000157",)),
    ("время 1027700132195", ()),
    ("ОГРН 1027700132196", ()),
    ("ОГРН 2027700132195", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ru_ogrn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
