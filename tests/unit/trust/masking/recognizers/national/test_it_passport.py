"""Cases for it_passport: Italy: passport, two letters and seven digits; only beside a word for it."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.it_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Il passaporto YA1234567 scade a maggio", ("YA1234567",)),
    ("passaporto n. ya 1234567", ("ya 1234567",)),
    ("pratica YA1234567", ()),
    ("passaporto YA12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_it_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
