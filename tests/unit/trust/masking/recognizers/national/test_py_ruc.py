"""Cases for py_ruc: Paraguay: Registro Único de Contribuyentes, 5 to 8 digits and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.py_ruc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RUC 80028061-0", ("80028061-0",)),
    ("ruc: 9991603-7", ("9991603-7",)),
    ("orden 80028061-0", ()),
    ("RUC 80028061-1", ()),
    ("RUC 80028061-00", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_py_ruc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
