"""Cases for uy_rut: Uruguay: Registro Único Tributario, 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.uy_rut import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("RUT 211003420017", ("211003420017",)),
    ("La empresa 21-100342-001-7 factura", ("21-100342-001-7",)),
    ("RUT 211003420018", ()),
    ("RUT 991003420017", ()),
    ("RUT 211003421117", ()),
    ("x211003420017", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_uy_rut(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
