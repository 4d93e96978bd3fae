"""Cases for de_id_card: Germany: Personalausweis, nine consonants and digits, often with a check digit; only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_id_card import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Personalausweisnummer T220001293", ("T220001293",)),
    ("Mein Ausweis: L01X00T47", ("L01X00T47",)),
    ("Personalausweis l01x00t471", ("l01x00t471",)),
    ("Ausweisnummer T22000129", ("T22000129",)),
    ("Ausweisnummer T220001294", ()),
    ("Bestellung T220001293", ()),
    ("Ausweis LMNPRTVWX", ()),
    ("Ausweis XT220001293", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_id_card(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
