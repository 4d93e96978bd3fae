"""E-mail addresses: plain, with letters beyond ASCII, quoted, and spelt out ("jane (at) example dot com")."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_LOCAL = r"[A-Za-z0-9_\xe9][A-Za-z0-9_\xe9.%+'!$~-]*"
_DOMAIN = r"[A-Za-z0-9\xe9][A-Za-z0-9\xe9.-]*\.(?:xn--[A-Za-z0-9-]+|[A-Za-z\xe9]+)"
# Scripts without case (Chinese, Arabic, ...) run on into what stands around an address: they need a blank before it,
# and are not mixed with letters within a domain.
_UNCASED = r"(?:^|[\s<(\[\"':,])(?P<value>\xbf[0-9_\xbf.-]*@"
_UNCASED_DOMAIN = r"\xbf[\xbf0-9.-]*\.\xbf+"
_AT = r"(?: ?[(\[{<] ?(?:at|@|a|arroba|chez|apenstaartje) ?[)\]}>] ?| ?_at_ ?)"
_POINT = r"(?:dot|punkt|punto|ponto|point|punt)"
_DOT = rf"(?: ?[(\[{{<] ?(?:{_POINT}|\.) ?[)\]}}>] ?| ?_dot_ ?| {_POINT} |\.)"
_SAID = r" ?(?:dot|[(\[]dot[)\]]) ?"
_TOP = r"(?:com|net|org|edu|gov|info|biz|io|dev|app|me|eu|co|[a-z]{2})"
_LONGEST_LOCAL, _LONGEST = 64, 254


def is_address(value: str) -> bool:
    """RFC 5321 lengths, no empty label in the domain, a top-level domain of two letters or more."""
    local, _, domain = value.rpartition("@")
    if len(value) > _LONGEST or len(local) > _LONGEST_LOCAL or ".." in domain:
        return False
    labels = domain.split(".")
    return len(labels[-1]) > 1 and not any(label[:1] == "-" or label[-1:] == "-" for label in labels)


PATTERNS = (
    Patterns(
        name="email",
        type="EMAIL_ADDRESS",
        source="RFC 5321, RFC 5322, RFC 6531 (letters beyond ASCII)",
        regexes=(
            rf"{_LOCAL}@(?:{_DOMAIN}|{_UNCASED_DOMAIN})",
            rf"{_UNCASED}(?:{_DOMAIN}|{_UNCASED_DOMAIN}))",
            rf'"[^"\n@]+"@{_DOMAIN}',
            rf"{_LOCAL}@\[\d+\.\d+\.\d+\.\d+\]",
        ),
        check=is_address,
        reading=as_written,
        score=0.95,
    ),
    Patterns(
        name="email_spelt_out",
        type="EMAIL_ADDRESS",
        source="RFC 5322; how people hide addresses from harvesters",
        regexes=(
            rf"(?i)\b[a-z0-9][a-z0-9._%+-]*{_AT}[a-z0-9-]+(?:{_DOT}[a-z0-9-]+)*{_DOT}{_TOP}\b",
            rf"(?i)\b[a-z0-9][a-z0-9._%+-]* at [a-z0-9-]+(?: dot [a-z0-9-]+)* dot {_TOP}\b",
            rf"(?i)\b[a-z0-9][a-z0-9._%+-]* ?@ ?[a-z0-9-]+(?:{_SAID}[a-z0-9-]+)*{_SAID}{_TOP}\b",
        ),
        score=0.85,
    ),
)
