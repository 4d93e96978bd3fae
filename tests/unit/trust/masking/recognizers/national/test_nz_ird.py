"""Cases for nz_ird: New Zealand: Inland Revenue number, 8 or 9 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.nz_ird import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("IRD number 49-091-850", ("49-091-850",)),
    ("ird 136410132", ("136410132",)),
    ("49091850", ()),
    ("IRD number 49-091-851", ()),
    ("IRD 136410133", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_nz_ird(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
