"""Cases for us_mbi: United States: Medicare beneficiary identifier, 11 characters."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.us_mbi import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Medicare 1EG4-TE5-MK73", ("1EG4-TE5-MK73",)),
    ("1EG4TE5MK73", ("1EG4TE5MK73",)),
    ("1SG4-TE5-MK73", ()),
    ("0EG4TE5MK73", ()),
    ("1EG4TE5MK731", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_us_mbi(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
