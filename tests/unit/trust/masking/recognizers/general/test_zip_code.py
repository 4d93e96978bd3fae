"""Cases for zip_code: Postal codes: those with a form of their own, and plain digits near words that name them."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.general.zip_code import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("London SW1A 1AA", ("SW1A 1AA",)),
    ("Ottawa K1A 0B1", ("K1A 0B1",)),
    ("Springfield, IL 62704-1234", ("62704-1234",)),
    ("zip code 90210", ("90210",)),
    ("PLZ 10115 Berlin", ("10115",)),
    ("code postal : 75001", ("75001",)),
    ("郵便番号 100-0001", ("100-0001",)),
    ("postcode sw1a1aa", ("sw1a1aa",)),
    ("kod pocztowy 00-950", ("00-950",)),
    ("90210", ()),
    ("order 62704-1234", ()),
    ("XX 62704", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_zip_code(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
