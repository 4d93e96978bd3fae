"""Keys and secrets without a form of their own: random characters after a name that says so."""

from __future__ import annotations

from collections import Counter
from math import log2

from shoal.trust.masking.patterns import Patterns, as_written

_NAME = (
    r"(?:api[_ -]?(?:key|token)|secret(?:[_ -]?(?:key|token))?|(?:access|auth|refresh)[_ -]?(?:key|token)|token"
    r"|(?:private|encryption|signing|master|app|consumer|licen[cs]e)[_ -]?key|credentials?|cle api|schlussel)"
)
_WORDS = (
    *(
        "api key",
        "apikey",
        "api_key",
        "secret",
        "secret key",
        "secret_key",
        "private key",
        "private_key",
        "signing key",
    ),
    *("encryption key", "access key", "access_key", "auth token", "access token", "token", "master key", "hmac key"),
    *("license key", "credential", "credentials", "schlüssel", "clé secrète", "clave secreta"),
)
_SHORT, _LONG = 8, 20
_BITS_SHORT, _BITS_LONG = 2.5, 3.2


def is_random(value: str) -> bool:
    """Letters and digits together whose spread (Shannon entropy) is that of random characters, no path of names."""
    if not (any(map(str.isdigit, value)) and any(map(str.isalpha, value))) or len(value) < _SHORT:
        return False
    return _bits(value) >= (_BITS_LONG if len(value) >= _LONG else _BITS_SHORT) and not _names(value)


def _bits(value: str) -> float:
    total = len(value)
    return -sum(count / total * log2(count / total) for count in Counter(value).values())


def _names(value: str) -> bool:
    """Words joined by dots or underscores ("settings.token_v2"), of which at most one holds a digit."""
    parts = [part for part in value.replace(".", "_").replace("-", "_").split("_") if part]
    return len(parts) > 1 and sum(not part.isalpha() for part in parts) <= 1 and max(map(len, parts)) < _LONG


PATTERNS = (
    Patterns(
        name="api_key",
        type="API_KEY",
        source="OWASP Secrets Management Cheat Sheet; C. E. Shannon, A Mathematical Theory of Communication, 1948",
        regexes=(
            rf"(?i){_NAME}[a-z0-9_]*[\"'`]?\]?\s*(?::|=|:=|=>|\bis\b)\s*[\"'`]?(?P<value>[0-9A-Za-z_+/.~!@$%^*-]{{8,}}=*)",
        ),
        check=is_random,
        reading=as_written,
        score=0.8,
    ),
    Patterns(
        name="key_hexadecimal",
        type="SECRET_KEY",
        source="NIST SP 800-133: keys of 128 to 512 bits",
        regexes=(r"\b(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})\b",),
        check=is_random,
        reading=as_written,
        score=0.3,
        context=_WORDS,
        context_score=0.7,
    ),
    Patterns(
        name="key_base64",
        type="SECRET_KEY",
        source="RFC 4648; NIST SP 800-133: keys of 256 and 512 bits",
        regexes=(
            r"(?:^|[^0-9A-Za-z+/_-])(?P<value>[0-9A-Za-z+/_-]{43}=?|[0-9A-Za-z+/_-]{86}(?:==)?)(?:$|[^0-9A-Za-z+/=_-])",
        ),
        check=is_random,
        reading=as_written,
        score=0.3,
        context=_WORDS,
        context_score=0.7,
    ),
)
