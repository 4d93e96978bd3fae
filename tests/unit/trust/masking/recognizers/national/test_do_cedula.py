"""Cases for do_cedula: Dominican Republic: cédula de identidad y electoral, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.do_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cédula 001-1391820-5", ("001-1391820-5",)),
    ("el portador de 224-0002211-1 vive en Santiago", ("224-0002211-1",)),
    ("cédula 00113918205", ("00113918205",)),
    ("factura 00113918205", ()),
    ("cédula 001-1391820-55", ()),
    ("cédula 001-1391820-6", ("001-1391820-6",)),
    ("código 001-1391820-6", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_do_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
