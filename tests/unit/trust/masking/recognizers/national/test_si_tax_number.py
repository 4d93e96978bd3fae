"""Cases for si_tax_number: Slovenia: davčna številka, 8 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.si_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Davčna številka: 50223054", ("50223054",)),
    ("ID za DDV 50223054", ("50223054",)),
    ("naročilo 50223054", ()),
    ("davčna številka 50223055", ()),
    ("davčna številka 00223054", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_si_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
