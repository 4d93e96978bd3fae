"""Addresses of crypto-currency wallets: Bitcoin and its kin, Ethereum, Tron, Monero, Solana, Ripple, Cardano."""

from __future__ import annotations

from hashlib import sha256

from shoal.trust.masking.patterns import Patterns, as_written

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {char: value for value, char in enumerate(_BASE58)}
_RIPPLE = str.maketrans("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz", _BASE58)
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ENDS = (1, 0x2BC830A3)
_ADDRESS_BYTES, _SUM_BYTES, _KEY_BYTES = 25, 4, 32


def is_base58check(text: str) -> bool:
    """21 bytes and the first four of their double SHA-256 (Bitcoin, Litecoin, Dogecoin, Dash, Tron)."""
    number = _number(text)
    if number.bit_length() > 8 * _ADDRESS_BYTES:
        return False
    raw = number.to_bytes(_ADDRESS_BYTES, "big")
    body, given = raw[:-_SUM_BYTES], raw[-_SUM_BYTES:]
    return sha256(sha256(body).digest()).digest()[:_SUM_BYTES] == given


def _number(text: str) -> int:
    number = 0
    for char in text:
        number = number * 58 + _VALUES[char]
    return number


def is_ripple(text: str) -> bool:
    """base58check in Ripple's order of characters."""
    return is_base58check(text.translate(_RIPPLE))


def is_bech32(text: str) -> bool:
    """The BCH code of BIP 173 or BIP 350 over prefix and data, in one case."""
    if text not in (text.lower(), text.upper()):
        return False
    prefix, _, data = text.lower().rpartition("1")
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [_BECH32.get(c, -1) for c in data]
    return min(values) >= 0 and _polymod(values) in _BECH32_ENDS


def _polymod(values: list[int]) -> int:
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                rest ^= term
    return rest


def is_key(text: str) -> bool:
    """32 bytes in base58: an Ed25519 public key (Solana). No check digits."""
    return 8 * (_KEY_BYTES - 1) < _number(text).bit_length() <= 8 * _KEY_BYTES


_58 = "[1-9A-HJ-NP-Za-km-z]"

PATTERNS = (
    Patterns(
        name="crypto_base58",
        type="CRYPTO",
        source="Bitcoin wiki, Base58Check encoding; the chains' version bytes",
        regexes=(rf"\b[13LMDXTAmn2]{_58}{{25,34}}\b",),
        check=is_base58check,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="crypto_bech32",
        type="CRYPTO",
        source="BIP 173, BIP 350; CIP 19 (Cardano)",
        regexes=(r"(?i)\b(?:bc|tb|bcrt|ltc|addr|addr_test|stake|cosmos|osmo)1[02-9ac-hj-np-z]{11,110}\b",),
        check=is_bech32,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="crypto_ethereum",
        type="CRYPTO",
        source="Ethereum yellow paper: 20 bytes in hexadecimal; ERC-55",
        regexes=(r"\b0x[0-9a-fA-F]{40}\b",),
        score=0.85,
        context=("wallet", "address", "eth", "ethereum", "ether", "usdt", "crypto"),
        context_score=0.95,
    ),
    Patterns(
        name="crypto_ripple",
        type="CRYPTO",
        source="XRP Ledger, base58 encodings",
        regexes=(r"\br[1-9A-HJ-NP-Za-km-z]{24,34}\b",),
        check=is_ripple,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="crypto_monero",
        type="CRYPTO",
        source="Monero documentation, standard address and integrated address",
        regexes=(rf"\b[48][0-9AB]{_58}{{93}}(?:{_58}{{11}})?\b",),
        score=0.85,
    ),
    Patterns(
        name="crypto_solana",
        type="CRYPTO",
        source="Solana documentation, accounts: 32 bytes in base58",
        regexes=(rf"\b{_58}{{32,44}}\b",),
        check=is_key,
        reading=as_written,
        score=0.3,
        context=("sol", "solana", "phantom", "wallet", "spl"),
    ),
)
