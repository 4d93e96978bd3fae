"""Cases for hu_personal_id: Hungary: személyi azonosító, 11 digits: sex and century, day of birth, three digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.hu_personal_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("személyi azonosítója 18507301005", ("18507301005",)),
    ("Személyi szám: 29907301002", ("29907301002",)),
    ("személyi szám 1 851332 1233", ()),
    ("személyi szám 9 850730 1234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_hu_personal_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
