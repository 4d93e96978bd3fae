"""Cases for mx_curp: Mexico: Clave Única de Registro de Población, 18 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.mx_curp import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi CURP es HEGG560427MVZRRL04.", ("HEGG560427MVZRRL04",)),
    ("curp: boxw310820hnerxn09", ("boxw310820hnerxn09",)),
    ("Se registró con BOXW310820HNERXN09 ayer.", ("BOXW310820HNERXN09",)),
    ("La clave HEGG560427MVZRRL05 no tiene dígito correcto.", ()),
    ("CURP HEGG560427MVZRRL05 mal copiada", ("HEGG560427MVZRRL05",)),
    ("CURP HEGG561327MVZRRL04", ()),
    ("CURP HEGG560427MQQRRL04", ()),
    ("CURP HEGG560427MVZRRL041", ()),
    ("XHEGG560427MVZRRL04", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_mx_curp(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
