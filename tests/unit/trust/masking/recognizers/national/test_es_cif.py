"""Cases for es_cif: Spain: NIF of companies and other bodies (CIF): a letter, seven digits and a control digit or."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.es_cif import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("CIF A58818501", ("A58818501",)),
    ("la sociedad con NIF B-58378431", ("B-58378431",)),
    ("C.I.F. Q2826000H", ("Q2826000H",)),
    ("pieza A58818501", ()),
    ("CIF A58818502", ()),
    ("CIF I58818501", ()),
    ("CIF A588185011", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_es_cif(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
