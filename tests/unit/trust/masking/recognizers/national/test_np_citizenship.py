"""Cases for np_citizenship: Nepal: certificate of citizenship, national identity number and PAN; no published."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.national.np_citizenship import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("नागरिकता नं 27-01-70-12345", ("27-01-70-12345",)),
    ("citizenship no. 27-01-70-123456", ("27-01-70-123456",)),
    ("नागरिकता २७-०१-७०-१२३४५", ("२७-०१-७०-१२३४५",)),
    ("PAN number 123456789", ("123456789",)),
    ("part 27-01-70-12345", ()),
    ("citizenship 271-01-70-12345", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_np_citizenship(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
