"""Cases for gb_nino: United Kingdom: national insurance number, two letters, 6 digits and a letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gb_nino import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NINO QQ 12 34 56 C", ()),
    ("AA 12 34 56 B", ("AA 12 34 56 B",)),
    ("HH012345C", ("HH012345C",)),
    ("national insurance hh012345c", ("hh012345c",)),
    ("hh012345c", ()),
    ("GB 12 34 56 A", ()),
    ("AA 12 34 56 E", ()),
    ("BAA123456B", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gb_nino(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
