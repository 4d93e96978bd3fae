"""Cases for au_acn: Australia: company number, 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.au_acn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ACN 004 085 616", ("004 085 616",)),
    ("004 085 616", ()),
    ("ACN 004 085 617", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_au_acn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
