"""Cases for fr_driving_licence: France: permis de conduire, 12 digits or two digits, two letters and five digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.fr_driving_licence import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("permis de conduire n° 13AA00002", ("13AA00002",)),
    ("Permis : 921175301234", ("921175301234",)),
    ("permis 000000000000", ()),
    ("facture 921175301234", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_fr_driving_licence(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
