"""Cases for au_medicare: Australia: Medicare card number, 10 digits and the place of the person on the card."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.au_medicare import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("2123 45670 1", ("2123 45670 1",)),
    ("Medicare 2123456701", ("2123456701",)),
    ("2123456701", ()),
    ("Medicare 2123 45671 1", ()),
    ("Medicare 7123 45670 1", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_au_medicare(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
