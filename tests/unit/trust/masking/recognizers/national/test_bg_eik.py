"""Cases for bg_eik: Bulgaria: EIK (BULSTAT) of a firm, 9 digits, 13 for a branch."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.bg_eik import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("ЕИК 175074752", ("175074752",)),
    ("Булстат: 175074752", ("175074752",)),
    ("EIK 1750747520019", ("1750747520019",)),
    ("поръчка 175074752", ()),
    ("ЕИК 175074753", ()),
    ("ЕИК 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bg_eik(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
