"""Cases for be_national_number: Belgium: rijksregisternummer / numéro de registre national, with BIS numbers; a."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.be_national_number import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Rijksregisternummer 85.07.30-033.28", ("85.07.30-033.28",)),
    ("numéro de registre national: 85073003328", ("85073003328",)),
    ("NISS 40 01 01 001 33?", ()),
    ("85.07.30-033.29", ()),
    ("85.13.30-033.28", ()),
    ("né le 17.07.30, 17.07.30-033.84", ("17.07.30-033.84",)),
    ("x85073003328", ()),
    ("850730033281", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_be_national_number(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
