"""Cases for tr_tax_number: Turkey: vergi kimlik numarası, 10 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tr_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Vergi No: 4540536920", ("4540536920",)),
    ("VKN 454 053 6920", ("454 053 6920",)),
    ("sipariş 4540536920", ()),
    ("VKN 4540536921", ()),
    ("VKN 0000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tr_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
