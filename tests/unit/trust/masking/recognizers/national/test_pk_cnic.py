"""Cases for pk_cnic: Pakistan: computerised national identity card (CNIC, NICOP), 13 digits; no published check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pk_cnic import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My CNIC is 34201-0891231-8.", ("34201-0891231-8",)),
    ("شناختی کارڈ نمبر 42101-1234567-1", ("42101-1234567-1",)),
    ("CNIC: 3420108912318", ("3420108912318",)),
    ("order 3420108912318", ()),
    ("CNIC 94201-0891231-8", ()),
    ("CNIC 34201-0891231-88", ()),
    ("CNIC 34201-0000000-1", ()),
    ("CNIC 34201-0891231-0", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pk_cnic(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
