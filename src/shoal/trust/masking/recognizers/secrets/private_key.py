"""Private keys: PEM, OpenSSH and PGP blocks, whole or cut off; PuTTY and age keys."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_BEGIN = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ?[^\n\\]*"
_LINES = r"[A-Za-z0-9+/=]{20,}"
_BETWEEN = r"[ \t\r\n\"'+,>|\\]"

PATTERNS = Patterns(
    name="private_key",
    type="PRIVATE_KEY",
    source="RFC 7468, RFC 4880; OpenSSH PROTOCOL.key; PuTTY appendix C; age-encryption.org/v1",
    regexes=(
        rf"{_BEGIN}(?s:.)*?{_END}",
        rf"{_BEGIN}(?:{_BETWEEN}|\\n|\\r|{_HEADER}|{_LINES})*[A-Za-z0-9+/=]*",
        rf"(?:{_LINES}(?:{_BETWEEN}|\\n)+)+(?:[A-Za-z0-9+/=]+(?:{_BETWEEN}|\\n)+)?{_END}",
        rf"Private-Lines: \d+\s+(?P<value>(?:{_LINES}\s+)+[A-Za-z0-9+/=]*)",
        r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}",
    ),
    reading=as_written,
    score=1.0,
)
