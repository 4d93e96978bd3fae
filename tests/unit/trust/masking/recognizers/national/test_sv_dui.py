"""Cases for sv_dui: El Salvador: Documento Único de Identidad, 8 digits and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.sv_dui import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("DUI 00016297-5", ("00016297-5",)),
    ("Documento Único de Identidad: 01234567-8", ("01234567-8",)),
    ("dui 000162975", ("000162975",)),
    ("folio 00016297-5", ()),
    ("DUI 00016297-6", ()),
    ("DUI 00000000-0", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_sv_dui(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
