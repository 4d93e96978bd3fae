"""Cases for es_nie: Spain: NIE, the number of a foreigner: X, Y or Z, seven digits and a letter."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.es_nie import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("NIE: X-2482300-W", ("X-2482300-W",)),
    ("su NIE es x2482300w", ("x2482300w",)),
    ("Y1234567X", ("Y1234567X",)),
    ("NIE X2482300A", ()),
    ("NIE A2482300W", ()),
    ("NIE X24823000W", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_es_nie(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
