"""Cases for cl_rut: Chile: Rol Único Tributario and Rol Único Nacional, 7 or 8 digits and a check character that."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cl_rut import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi RUT es 12.345.678-5.", ("12.345.678-5",)),
    ("La empresa 76.086.428-5 pagó", ("76.086.428-5",)),
    ("rut 10000013-K, de 10.000.013-k", ("10000013-K", "10.000.013-k")),
    ("RUT: 760864285", ("760864285",)),
    ("el folio 76086428-5", ()),
    ("RUT 12.345.678-55", ()),
    ("RUT 12.345.678-9", ("12.345.678-9",)),
    ("RUT 12345678-9", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cl_rut(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
