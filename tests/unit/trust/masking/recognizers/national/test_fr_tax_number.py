"""Cases for fr_tax_number: France: numéro fiscal de référence (SPI), 13 digits that begin with 0 to 3."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mon numéro fiscal : 30 23 217 600 053", ("30 23 217 600 053",)),
    ("identifiant fiscal 3023217600053 (avis d'imposition)", ("3023217600053",)),
    ("numéro fiscal 3023217600054", ()),
    ("numéro fiscal 5023217600053", ()),
    ("numéro fiscal 0000000000000", ()),
    ("numéro fiscal 30232176000531", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
