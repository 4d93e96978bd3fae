"""JSON web tokens, signed or encrypted."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

from shoal.trust.masking.patterns import Patterns, as_written

_MOST_HEADER = 4096


def is_jwt(token: str) -> bool:
    """RFC 7519: the part before the first dot is a JSON object in base64url that names an algorithm or a type."""
    header = token.split(".", 1)[0][:_MOST_HEADER]
    try:
        claims = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(claims, dict) and not claims.keys().isdisjoint(("alg", "typ", "enc", "kid"))


PATTERNS = Patterns(
    name="jwt",
    type="JWT",
    source="RFC 7519, RFC 7515, RFC 7516",
    regexes=(r"\beyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+){0,3}",),
    check=is_jwt,
    reading=as_written,
    score=0.95,
)
