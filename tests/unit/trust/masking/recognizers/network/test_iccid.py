"""Cases for iccid: Serial numbers of SIM cards, 19 or 20 digits that begin with 89."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.network.iccid import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("8931440000000000006", ("8931440000000000006",)),
    ("SIM 89310410106543789305", ("89310410106543789305",)),
    ("8931440000000000004", ()),
    ("7931440000000000003", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_iccid(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
