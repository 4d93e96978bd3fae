"""Cases for hr_oib: Croatia: OIB, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hr_oib import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Moj OIB je 33392005961.", ("33392005961",)),
    ("osobni identifikacijski broj: 69435151530", ("69435151530",)),
    ("narudžba 33392005961", ()),
    ("OIB 33392005962", ()),
    ("OIB 00000000000", ()),
    ("OIB 333920059610", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hr_oib(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
