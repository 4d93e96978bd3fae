"""Cases for pa_cedula: Panama: cédula de identidad personal: province (or PE, E, N), volume, entry; no check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pa_cedula import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Cédula 8-123-4567, Panamá", ("8-123-4567",)),
    ("cédula de identidad personal PE-12-345", ("PE-12-345",)),
    ("cédula e-8-123456", ("e-8-123456",)),
    ("sección 8-123-456", ()),
    ("cédula 14-123-456", ()),
    ("cédula 8-12345-456", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pa_cedula(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
