"""Cases for pt_niss: Portugal: número de identificação de segurança social, 11 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pt_niss import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("O NISS dela é 11234567892", ("11234567892",)),
    ("Segurança Social 1 123 456 789 2", ("1 123 456 789 2",)),
    ("fatura 11234567892", ()),
    ("NISS 31234567892", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pt_niss(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
