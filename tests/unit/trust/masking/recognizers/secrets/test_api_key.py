"""Cases for api_key: Keys and secrets without a form of their own: random characters after a name that says so."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.api_key import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"

CASES: list[Case] = [
    ("api_key = 'a8f5f167f44f4964e6c998'", ("a8f5f167f44f4964e6c998",)),
    ('"client_secret": "x9Kf82hQz71"', ("x9Kf82hQz71",)),
    ("our API key is 7fQ2mX9dLp", ("7fQ2mX9dLp",)),
    ("secret token: d41d8cd98f00b204e9800998ecf8427e", ("d41d8cd98f00b204e9800998ecf8427e",)),
    ("the encryption key was " + HEX, (HEX,)),
    ("md5 d41d8cd98f00b204e9800998ecf8427e", ()),
    ("max_tokens: 12345678", ()),
    ("token = settings.token_v2", ()),
    ("secret: everything", ()),
    ("the secret is out there", ()),
    ("token: aaaaaaaa1", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_api_key(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
