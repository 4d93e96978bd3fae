"""Cases for is_kennitala: Iceland: kennitala, day of birth (40 more for companies), two digits, a check digit and."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.is_kennitala import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Kennitalan mín er 120174-3399.", ("120174-3399",)),
    ("kt. 1201743399", ("1201743399",)),
    ("120174-3399", ("120174-3399",)),
    ("kt. 450401-3150", ("450401-3150",)),
    ("kt. 120174-3389", ()),
    ("kt. 121374-3399", ()),
    ("kt. 120174-33991", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_is_kennitala(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
