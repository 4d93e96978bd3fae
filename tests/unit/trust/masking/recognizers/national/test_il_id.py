"""Cases for il_id: Israel: identity number (teudat zehut), 9 digits, at times written without leading zeros."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.il_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("תעודת זהות 123456782", ("123456782",)),
    ("ת.ז. 039337423, תל אביב", ("039337423",)),
    ("ת״ז: 12345678-2", ("12345678-2",)),
    ("תעודת הזהות שלי היא 123456782", ("123456782",)),
    ('ת"ז 123456782', ("123456782",)),
    ("Teudat Zehut 123456782", ("123456782",)),
    ("הזמנה 123456782", ()),
    ("תעודת זהות 1234567822", ()),
    ("תעודת זהות 123456789", ("123456789",)),
    ("id number 123456789", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_il_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
