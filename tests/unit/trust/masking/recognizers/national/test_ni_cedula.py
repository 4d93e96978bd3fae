"""Cases for ni_cedula: Nicaragua: cédula de identidad: municipality, date of birth, number, letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ni_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cédula 001-180485-0023V", ("001-180485-0023V",)),
    ("cédula 001-183985-0023G", ()),
    ("cédula 001-180485-0023I", ()),
    ("x001-180485-0023G", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ni_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
