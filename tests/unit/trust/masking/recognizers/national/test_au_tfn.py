"""Cases for au_tfn: Australia: tax file number, 9 digits (8 in old ones)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.au_tfn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("TFN 123 456 782", ("123 456 782",)),
    ("tax file number 876543210", ("876543210",)),
    ("123 456 782", ()),
    ("TFN 123 456 789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_au_tfn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
