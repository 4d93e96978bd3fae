"""Cases for it_fiscal_code: Italy: codice fiscale, 16 characters, with letters in place of digits where two."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.it_fiscal_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Il mio codice fiscale è MRTMTT25D09F205Z.", ("MRTMTT25D09F205Z",)),
    ("rssmra85t10a562s", ("rssmra85t10a562s",)),
    ("C.F. RSS MRA 85T10 A562S", ("RSS MRA 85T10 A562S",)),
    ("omocodia: MRTMTT25D09F20RU", ("MRTMTT25D09F20RU",)),
    ("MRTMTT25D09F205A", ()),
    ("MRTMTT25D39F205Z", ()),
    ("codice fiscale XMRTMTT25D09F205Z", ()),
    ("codice fiscale MRTMTT25D09F205Z1", ()),
    ("INTERNAZIONALITA", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_it_fiscal_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
