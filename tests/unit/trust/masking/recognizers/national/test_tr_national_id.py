"""Cases for tr_national_id: Turkey: T.C. kimlik numarası, 11 digits of which the last two are check digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.tr_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("T.C. kimlik numaram 10000000146.", ("10000000146",)),
    ("TCKN 10000000146", ("10000000146",)),
    ("10000000146", ("10000000146",)),
    ("TC 10000000145", ()),
    ("TC 00000000146", ()),
    ("TC 100000001460", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_tr_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
