"""Cases for authorization: Authorization headers: bearer tokens, basic credentials, keys in headers."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.authorization import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("Authorization: Bearer abc.DEF-123", ("abc.DEF-123",)),
    ("curl -H 'authorization: Basic dXNlcjpwYXNz'", ("dXNlcjpwYXNz",)),
    ('"Authorization": "Token 9944b09199c62bcf"', ("9944b09199c62bcf",)),
    ("X-Api-Key: s3cr3t-42", ("s3cr3t-42",)),
    ("bearer 0123456789abcdef0123", ("0123456789abcdef0123",)),
    ("Authorization: Bearer $TOKEN", ()),
    ("authorization: required", ()),
    ("the bearer of this letter", ()),
    ("basic understanding of everything", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_authorization(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
