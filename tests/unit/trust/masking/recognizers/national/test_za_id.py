"""Cases for za_id: South Africa: identity number, 13 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.za_id import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("My ID number is 8001015009087.", ("8001015009087",)),
    ("Thabo (750330 5044 089) applied", ("750330 5044 089",)),
    ("identiteitsnommer 7503305044089", ("7503305044089",)),
    ("the client 8001015009087 was verified as 80010150090870", ("8001015009087",)),
    ("ID number 8013015009087", ()),
    ("ID number 80010150090877", ()),
    ("epoch 1700000000000", ()),
    ("ID number 8001015009088", ("8001015009088",)),
    ("client 8001015009088", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_za_id(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
