"""Cases for et_fayda: Ethiopia: Fayda identification number, 12 digits (16 for the alias on the card)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.et_fayda import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Fayda ID 4321-5678-9012", ("4321-5678-9012",)),
    ("የፋይዳ ቁጥር ፋይዳ 432156789012", ("432156789012",)),
    ("order 432156789012", ()),
    ("Fayda 1111-1111-1111", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_et_fayda(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
