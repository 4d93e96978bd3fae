"""Cases for azure: Microsoft Azure: storage and service bus keys, shared access signatures, client secrets."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.azure import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"
KEY = LETTERS[:40] + LETTERS[:40] + "AbCd12=="

CASES: list[Case] = [
    (f"AccountKey={KEY};EndpointSuffix=core.windows.net", (KEY,)),
    ("https://x.blob.core.windows.net/c?sv=2022&sig=" + KEY.replace("+", "%2B") + "&se=1", (KEY.replace("+", "%2B"),)),
    ("abc8Q~" + LETTERS[:34], ("abc8Q~" + LETTERS[:34],)),
    ("the account key is in the vault", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_azure(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
