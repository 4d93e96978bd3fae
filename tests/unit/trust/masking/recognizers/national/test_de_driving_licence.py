"""Cases for de_driving_licence: Germany: Führerschein, eleven characters: authority, serial, check and copy; only."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.de_driving_licence import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Führerscheinnummer: B072RRE2I55", ("B072RRE2I55",)),
    ("FÜHRERSCHEIN N0704578035", ("N0704578035",)),
    ("Seriennummer B072RRE2I55", ()),
    ("Führerschein B072RRE2I555", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_de_driving_licence(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
