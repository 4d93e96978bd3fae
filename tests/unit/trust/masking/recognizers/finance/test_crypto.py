"""Cases for crypto: Addresses of crypto-currency wallets: Bitcoin and its kin, Ethereum, Tron, Monero, Solana."""

from __future__ import annotations

import pytest

from shoal.trust.masking.recognizers.finance.crypto import PATTERNS
from tests.unit.trust.masking.recognizers.cases import Case, found

CASES: list[Case] = [
    ("to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa please", ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",)),
    ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",)),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",)),
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",)),
    (
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",),
    ),
    ("0x52908400098527886E0F7030069857D2E4169EE7", ("0x52908400098527886E0F7030069857D2E4169EE7",)),
    ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",)),
    ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",)),
    ("Solana 7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV", ("7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",)),
    ("7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV", ()),
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", ()),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", ()),
    ("bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", ()),
    ("0x52908400098527886E0F7030069857D2E4169EE", ()),
    ("commit 3f786850e387550fdab836ed7e6dc881de23001b", ()),
]


@pytest.mark.parametrize(("text", "values"), CASES)
def test_crypto(text: str, values: tuple[str, ...]) -> None:
    assert found(PATTERNS, text) == values
