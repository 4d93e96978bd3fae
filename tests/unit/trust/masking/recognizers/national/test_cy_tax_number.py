"""Cases for cy_tax_number: Cyprus: tax identification code, eight digits and a check letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.cy_tax_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("TIC 10259033P", ("10259033P",)),
    ("Αριθμός Φορολογικής Ταυτότητας: 10259033P", ("10259033P",)),
    ("order 10259033P", ()),
    ("TIC 10259033Z", ()),
    ("TIC 102590333P", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_cy_tax_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
