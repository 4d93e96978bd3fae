"""Cases for bd_nid: Bangladesh: national identity card, 10, 13 or 17 digits; no published check digit."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.bd_nid import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My NID is 1234567891.", ("1234567891",)),
    ("জাতীয় পরিচয়পত্র নম্বর 19901234567890123", ("19901234567890123",)),
    ("এনআইডি ১২৩৪৫৬৭৮৯১", ("১২৩৪৫৬৭৮৯১",)),
    ("order 1234567891", ()),
    ("NID 1111111111", ()),
    ("NID 17901234567890123", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_bd_nid(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
