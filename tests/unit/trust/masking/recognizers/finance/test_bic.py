"""Cases for bic: Business identifier codes (SWIFT codes) of 8 or 11 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.bic import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("BIC DEUTDEFF", ("DEUTDEFF",)),
    ("Swift code: NEDSZAJJXXX", ("NEDSZAJJXXX",)),
    ("DEUTDE5MXXX", ("DEUTDE5MXXX",)),
    ("bic: deutdeff500", ("deutdeff500",)),
    ("DEUTDEFF", ()),
    ("this DOCUMENT is final", ()),
    ("BIC DEUTQQFF", ()),
    ("BIC DEUTDEF", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bic(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
