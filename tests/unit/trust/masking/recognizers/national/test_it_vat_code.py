"""Cases for it_vat_code: Italy: partita IVA, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.it_vat_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Partita IVA 07643520567", ("07643520567",)),
    ("P.IVA: 00743110157", ("00743110157",)),
    ("ordine 07643520567", ()),
    ("P.IVA 07643520568", ()),
    ("P.IVA 00000000000", ()),
    ("P.IVA 076435205670", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_it_vat_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
