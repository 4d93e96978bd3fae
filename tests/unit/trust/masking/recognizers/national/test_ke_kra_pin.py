"""Cases for ke_kra_pin: Kenya: KRA PIN of a taxpayer, a letter, 9 digits, a letter; no published check character."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ke_kra_pin import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("KRA PIN: A123456789Z", ("A123456789Z",)),
    ("The vendor p051234567m is registered", ("p051234567m",)),
    ("PIN B123456789Z", ()),
    ("PIN A1234567890Z", ()),
    ("PIN XA123456789Z", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ke_kra_pin(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
