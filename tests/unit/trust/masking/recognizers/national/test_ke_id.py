"""Cases for ke_id: Kenya: national identity card and Maisha number, 7 to 9 digits; no check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ke_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("National ID 23456789, Nairobi", ("23456789",)),
    ("Nambari ya kitambulisho ni 34567890", ("34567890",)),
    ("Huduma Namba 234567891", ("234567891",)),
    ("order 23456789", ()),
    ("National ID 00000000", ()),
    ("National ID 2345678900", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ke_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
