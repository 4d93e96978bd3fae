"""Cases for br_pis: Brazil: PIS/PASEP, NIS and NIT, the number of a worker or insured person, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_pis import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("PIS 268.27649.96-0", ("268.27649.96-0",)),
    ("O trabalhador informou o número 469.52280.63-7.", ("469.52280.63-7",)),
    ("NIS: 17033259504", ("17033259504",)),
    ("protocolo 12056412545", ()),
    ("PIS 120.56412.54-8", ()),
    ("PIS 000.00000.00-0", ()),
    ("PIS/PASEP 1205641254", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_pis(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
