"""Cases for gt_cui: Guatemala: Código Único de Identificación of the DPI, 13 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gt_cui import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("DPI 2345 67899 0101", ("2345 67899 0101",)),
    ("cui: 2345-67899-0101", ("2345-67899-0101",)),
    ("El CUI 2345678990101 vence", ("2345678990101",)),
    ("DPI 2345 67890 9901", ()),
    ("DPI 2345 67890 0199", ()),
    ("DPI 2345 67890 01011", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gt_cui(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
