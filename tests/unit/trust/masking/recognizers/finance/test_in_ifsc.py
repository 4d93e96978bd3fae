"""Cases for in_ifsc: India: IFSC codes of bank branches, four letters, a zero and six characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.in_ifsc import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("IFSC code SBIN0001234", ("SBIN0001234",)),
    ("neft to hdfc0CAGSBK", ("hdfc0CAGSBK",)),
    ("SBIN0001234", ()),
    ("IFSC SBIN1001234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_ifsc(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
