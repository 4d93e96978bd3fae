"""Connection strings with a password: URLs of databases and brokers, key-value strings, JDBC; URLs with credentials."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_PLACEHOLDERS = ("<", "{", "$", "*", "%")
_KEYS = (
    r"(?:server|data source|host|hostname|addr|address|port|user id|uid|user|username|database|initial catalog|dbname"
    r"|endpoint|accountname|defaultendpointsprotocol|sharedaccesskeyname|driver|provider|dsn)"
)


def has_password(url: str) -> bool:
    """Whether what stands between the first colon of the authority and its last @ is more than a placeholder."""
    authority = url.partition("://")[2].rpartition("@")[0]
    password = authority.partition(":")[2]
    return bool(password) and not password.startswith(_PLACEHOLDERS)


PATTERNS = (
    Patterns(
        name="connection_url",
        type="CONNECTION_STRING",
        source="RFC 3986 section 3.2.1; the drivers' URI documentation",
        regexes=(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>]*:[^\s/\"'<>]+@[^\s\"'<>]*[^\s\"'<>.,;:!?)]",),
        check=has_password,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="connection_pairs",
        type="CONNECTION_STRING",
        source="ADO.NET and ODBC connection string syntax; libpq keyword/value strings",
        regexes=(
            rf"(?i)\b(?:{_KEYS} ?= ?[^;\"'\n=]+; ?)+(?:password|pwd|accountkey|sharedaccesskey) ?= ?[^;\"'\s]+"
            r"(?:; ?[a-z ]+=[^;\"'\s]*)*",
            rf"(?i)\b(?:{_KEYS}=[^ ;\"'\n=]+ )+password=[^;\"'\s]+(?: [a-z_]+=[^ ;\"'\s]+)*",
            r"(?i)\bjdbc:[a-z0-9:]+[^\s\"'<>]*[?&;](?:password|pwd)=[^\s\"'<>&;]+[^\s\"'<>]*",
        ),
        reading=as_written,
        score=0.95,
    ),
)
