"""Cases for de_tax_number: Germany: Steuernummer of a tax office, in the forms of the states; only beside a word."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Steuernummer 93/815/08152", ("93/815/08152",)),
    ("St.-Nr.: 181/815/08155 (Finanzamt München)", ("181/815/08155",)),
    ("Steuernummer: 133/8150/8159", ("133/8150/8159",)),
    ("Steuernr. 2893081508152", ("2893081508152",)),
    ("Steuernummer 2893181508152", ()),
    ("Az. 93/815/08152", ()),
    ("Steuernummer 93/815/081521", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
