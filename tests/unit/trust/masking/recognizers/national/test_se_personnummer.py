"""Cases for se_personnummer: Sweden: personnummer and samordningsnummer, day of birth, three digits and a check."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.se_personnummer import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Mitt personnummer är 811218-9876.", ("811218-9876",)),
    ("19811218-9876", ("19811218-9876",)),
    ("198112189876", ("198112189876",)),
    ("personnummer 200511221251", ("200511221251",)),
    ("logg 200511221251", ()),
    ("född 8112189876", ("8112189876",)),
    ("hon är 121212+1212", ("121212+1212",)),
    ("samordningsnummer 701063-2391", ("701063-2391",)),
    ("personnummer 811218-9875", ()),
    ("personnummer 811318-9876", ()),
    ("personnummer 811218-98760", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_se_personnummer(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
