"""Cases for ca_driver_license: Canada: driver licences of Ontario and Quebec, a letter and 14 or 12 digits."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.ca_driver_license import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("A1234-56789-00607", ("A1234-56789-00607",)),
    ("licence A12345678900607", ("A12345678900607",)),
    ("permis de conduire B1234-010190-01", ("B1234-010190-01",)),
    ("A1234-56789-09907", ()),
    ("B1234-010190-01", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_ca_driver_license(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
