"""Amazon Web Services: access key identifiers, secret access keys, session tokens."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_WORDS = (
    *("aws", "amazon", "aws_secret_access_key", "secret access key", "secretaccesskey", "secret key", "secret", "s3"),
    *("aws_secret_key", "access key", "akia", "iam"),
)
_EDGE = "[^A-Za-z0-9+/=]"


def is_mixed(value: str) -> bool:
    """Capital and small letters and digits: neither a hash in hexadecimal nor a path."""
    return any(map(str.isupper, value)) and any(map(str.islower, value)) and any(map(str.isdigit, value))


PATTERNS = (
    Patterns(
        name="aws_access_key",
        type="AWS_ACCESS_KEY",
        source="AWS Identity and Access Management User Guide, IAM identifiers",
        regexes=(r"\b(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|APKA|AROA|ASCA)[A-Z2-7]{16}\b",),
        score=0.95,
    ),
    Patterns(
        name="aws_secret_key",
        type="AWS_SECRET_KEY",
        source="AWS Security Credentials: 40 characters of base64",
        regexes=(rf"(?:^|{_EDGE}|=)(?P<value>[A-Za-z0-9+/]{{40}})(?:$|{_EDGE})",),
        check=is_mixed,
        reading=as_written,
        score=0.4,
        context=_WORDS,
    ),
    Patterns(
        name="aws_session_token",
        type="AWS_SESSION_TOKEN",
        source="AWS Security Token Service, temporary credentials",
        regexes=(r"(?i)\b(?:aws_)?session_?token[\"']?\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9+/]{80,}={0,2})",),
        score=0.95,
    ),
)
