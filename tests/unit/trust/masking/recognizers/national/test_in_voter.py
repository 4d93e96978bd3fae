"""Cases for in_voter: India: voter identity card (EPIC), 3 letters and 7 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.in_voter import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Voter ID ABC1234567", ("ABC1234567",)),
    ("ABC1234567", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_in_voter(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
