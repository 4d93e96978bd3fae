"""Cases for uz_passport: Uzbekistan: passport and identity card, two letters and seven digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.uz_passport import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Pasport seriyasi AA1234567", ("AA1234567",)),
    ("паспорт AB 1234567", ("AB 1234567",)),
    ("detal AA1234567", ()),
    ("pasport ZZ1234567", ()),
    ("pasport AA12345678", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_uz_passport(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
