"""Cases for it_driver_license: Italy: patente di guida, two letters, seven digits and a letter, or U1 and eight."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.it_driver_license import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("patente di guida AA1234567B", ("AA1234567B",)),
    ("Patente n. U1H00A000B", ()),
    ("Patente n. U1H0CD0P0B", ("U1H0CD0P0B",)),
    ("codice AA1234567B", ()),
    ("patente AA12345678B", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_it_driver_license(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
