"""Cases for bo_ci: Bolivia: cédula de identidad, 5 to 8 digits and often the department; no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.bo_ci import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("C.I. 4567890 LP", ("4567890 LP",)),
    ("carnet de identidad 6789012-1B SC", ("6789012-1B SC",)),
    ("pedido 4567890 LP", ()),
    ("C.I. 4567890 XX", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bo_ci(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
