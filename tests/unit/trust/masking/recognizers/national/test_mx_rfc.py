"""Cases for mx_rfc: Mexico: Registro Federal de Contribuyentes, 13 characters for people, 12 for companies."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mx_rfc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi RFC es GODE561231GR8.", ("GODE561231GR8",)),
    ("rfc GODE-561231-GR8", ("GODE-561231-GR8",)),
    ("Facturar a MAB9307148T4 por favor", ("MAB9307148T4",)),
    ("rfc: gode561231gr8", ("gode561231gr8",)),
    ("Razón social con RFC L&A900101AB3.", ("L&A900101AB3",)),
    ("Clave GODE561231GR9", ()),
    ("RFC GODE561231GR9", ("GODE561231GR9",)),
    ("RFC GODE561331GR8", ()),
    ("RFC GODE561231GR81", ()),
    ("XGODE561231GR8", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mx_rfc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
