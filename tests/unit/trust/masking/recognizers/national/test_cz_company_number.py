"""Cases for cz_company_number: Czechia and Slovakia: IČO of a firm, 8 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cz_company_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("IČO: 25596641", ("25596641",)),
    ("IČ 255 96 641", ("255 96 641",)),
    ("ICO 25596641", ("25596641",)),
    ("telefon 25596641", ()),
    ("IČO 25596642", ()),
    ("IČO 00000000", ()),
    ("IČO 255966410", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cz_company_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
