"""Cases for nl_bsn: Netherlands: burgerservicenummer, 9 digits (8 where the first is 0)."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.nl_bsn import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mijn BSN is 111222333.", ("111222333",)),
    ("burgerservicenummer: 1112.22.333", ("1112.22.333",)),
    ("BSN 111 222 333", ("111 222 333",)),
    ("BSN 123456782, dank u", ("123456782",)),
    ("BSN 123456789", ()),
    ("bestelling 111222333 is onderweg", ()),
    ("BSN 000000000", ()),
    ("BSN 1112223334", ()),
    ("BSN x111222333", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_nl_bsn(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
