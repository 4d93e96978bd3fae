"""Cases for google: Google: API keys, OAuth tokens and client secrets, service accounts' private key identifiers."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.google import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"
API = "AIza" + "Sy" + LETTERS[:33]
OAUTH = "ya29" + "." + LETTERS[:40]

CASES: list[Case] = [
    (f"key={API}", (API,)),
    (f"Bearer {OAUTH}", (OAUTH,)),
    ("GOCSPX-" + LETTERS[:28], ("GOCSPX-" + LETTERS[:28],)),
    (f'"private_key_id": "{HEX[:40]}"', (HEX[:40],)),
    ("AIza short", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_google(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
