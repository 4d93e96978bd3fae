"""Cases for hu_id_card: Hungary: személyi igazolvány (six digits and two letters) and passport; only beside a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hu_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Személyi igazolvány: 123456AB", ("123456AB",)),
    ("útlevélszám BH1234567", ("BH1234567",)),
    ("cikkszám 123456AB", ()),
    ("személyi igazolvány 1234567ABC", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hu_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
