"""Cases for lt_personal_code: Lithuania: asmens kodas, 11 digits, which is built as Estonia's."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.lt_personal_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Asmens kodas: 38703181745", ("38703181745",)),
    ("a. k. 38703181745", ("38703181745",)),
    ("asmens kodas 38703181744", ()),
    ("asmens kodas 387031817450", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_lt_personal_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
