"""Cases for no_national_id: Norway: fødselsnummer, D-nummer and the like: day of birth, three digits and two."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.no_national_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Fødselsnummeret mitt er 15108695088.", ("15108695088",)),
    ("151086 95088", ("151086 95088",)),
    ("d-nummer 55078510063", ("55078510063",)),
    ("fødselsnummer 15108695089", ()),
    ("fødselsnummer 15138695088", ()),
    ("151086950880", ()),
    ("x15108695088", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_no_national_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
