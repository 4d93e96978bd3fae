"""Cases for br_voter: Brazil: título de eleitor (voter's registration), 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.br_voter import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Título de eleitor: 1023 8501 0671, zona 12", ("1023 8501 0671",)),
    ("titulo eleitoral 102385010671", ("102385010671",)),
    ("encomenda 102385010671", ()),
    ("título 1023 8501 0672", ()),
    ("título 1023 8501 9971", ()),
    ("título 0000 0000 0191", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_br_voter(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
