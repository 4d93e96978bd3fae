"""Cases for gh_card: Ghana: number of the Ghana Card: GHA, 9 digits and a check digit whose rule is not published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.gh_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Ghana Card: GHA-123456789-1", ("GHA-123456789-1",)),
    ("kofi, gha-000123456-7", ("gha-000123456-7",)),
    ("Card ABC-123456789-1", ()),
    ("Card GHA-12345678-1", ()),
    ("Card GHA-123456789-12", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_gh_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
