"""Cases for services: Tokens of online services that have a form of their own: payment, mail, chat, hosting."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.secrets.services import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

# Put together here so that no scanner of repositories takes them for live keys.
LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef3f786850e387550fdab836ed7e6dc881de23001b8899aabb"

CASES: list[Case] = [
    ("xoxb-" + "123456789012-" + LETTERS[:24], ("xoxb-123456789012-" + LETTERS[:24],)),
    ("https://hooks.slack.com/services/T000/B000/" + LETTERS[:24], ("T000/B000/" + LETTERS[:24],)),
    ("sk_live_" + LETTERS[:24], ("sk_live_" + LETTERS[:24],)),
    ("AC" + HEX[:32], ("AC" + HEX[:32],)),
    ("SG." + LETTERS[:22] + "." + LETTERS[:43], ("SG." + LETTERS[:22] + "." + LETTERS[:43],)),
    ("bot 123456789:AA" + LETTERS[:33], ("123456789:AA" + LETTERS[:33],)),
    ("shpat_" + HEX[:32], ("shpat_" + HEX[:32],)),
    ("dop_v1_" + HEX, ("dop_v1_" + HEX,)),
    ("dapi" + HEX[:32], ("dapi" + HEX[:32],)),
    ("key-" + HEX[:32], ("key-" + HEX[:32],)),
    (HEX[:32] + "-us12", (HEX[:32] + "-us12",)),
    ("hvs." + LETTERS[:30], ("hvs." + LETTERS[:30],)),
    ("sk_live_short", ()),
    ("secret_santa and key-value", ()),
    (HEX[:32], ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_services(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
