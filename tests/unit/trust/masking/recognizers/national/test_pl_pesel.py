"""Cases for pl_pesel: Poland: PESEL, day of birth (the century in the month), four digits and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pl_pesel import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mój PESEL to 44051401359.", ("44051401359",)),
    ("nr PESEL: 02070803628", ("02070803628",)),
    ("zamówienie 44051401359", ()),
    ("PESEL 44051401358", ()),
    ("PESEL 44053201359", ()),
    ("PESEL 440514013590", ()),
    ("PESEL x44051401359", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pl_pesel(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
