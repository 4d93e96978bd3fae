"""Cases for pl_regon: Poland: REGON, the number of a firm, 9 or 14 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.pl_regon import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("REGON 123456785", ("123456785",)),
    ("numer REGON: 12345678512347", ("12345678512347",)),
    ("faktura 123456785", ()),
    ("REGON 123456786", ()),
    ("REGON 12345678512348", ()),
    ("REGON 000000000", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_pl_regon(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
