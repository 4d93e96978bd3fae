"""Cases for uy_ci: Uruguay: cédula de identidad, 6 or 7 digits and a check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.uy_ci import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mi cédula es 1.234.567-2.", ("1.234.567-2",)),
    ("Firmó 3.456.789-4 en Montevideo", ("3.456.789-4",)),
    ("C.I. 1234567-2", ("1234567-2",)),
    ("CI: 12345672", ("12345672",)),
    ("expediente 12345672", ()),
    ("CI 11.234.567-2", ()),
    ("C.I. 1.234.567-8", ("1.234.567-8",)),
    ("monto 1.234.567-8", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_uy_ci(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
