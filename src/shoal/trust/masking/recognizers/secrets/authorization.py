"""Authorization headers: bearer tokens, basic credentials, keys in headers."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_LEAST = 6


def is_credential(value: str) -> bool:
    """No placeholder ("$TOKEN", "<token>") and no single word of prose."""
    plain = value.strip("*.xX")
    return len(plain) >= _LEAST and not plain.startswith(("$", "<", "{")) and not (plain.isalpha() and plain.islower())


PATTERNS = (
    Patterns(
        name="authorization",
        type="AUTHORIZATION",
        source="RFC 9110 section 11.6.2, RFC 6750, RFC 7617",
        regexes=(
            r"(?i)\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:[a-z][a-z0-9-]+ +)?(?P<value>[^\s\"'`,;<>]{6,})",
            r"(?i)\b(?:x-api-key|x-auth-token|x-access-token|x-amz-security-token|x-csrf-token|x-goog-api-key|api-key)"
            r"[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"'`,;<>]{6,})",
        ),
        check=is_credential,
        reading=as_written,
        score=0.9,
    ),
    Patterns(
        name="bearer_token",
        type="AUTHORIZATION",
        source="RFC 6750 section 2.1, RFC 7617",
        regexes=(r"(?i)\b(?:bearer|basic) +(?P<value>[0-9A-Za-z._~+/-]{16,}=*)",),
        check=lambda value: any(map(str.isdigit, value)) and any(map(str.isalpha, value)),
        reading=as_written,
        score=0.85,
    ),
)
