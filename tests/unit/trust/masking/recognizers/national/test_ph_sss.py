"""Cases for ph_sss: Philippines: social security number (SSS), common reference number of the UMID card; no."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ph_sss import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("SSS No. 34-1234567-8", ("34-1234567-8",)),
    ("UMID CRN 0111-1234567-9", ("0111-1234567-9",)),
    ("sss number 3412345678", ("3412345678",)),
    ("model 34-1234567-8", ()),
    ("SSS 34-12345678-8", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ph_sss(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
