"""Cookies and identifiers of sessions."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

PATTERNS = (
    Patterns(
        name="cookie",
        type="COOKIE",
        source="RFC 6265",
        regexes=(r"(?i)\b(?:set-)?cookie[\"']? ?: ?[\"']?(?P<value>[a-z0-9_.$-]+=[^\r\n\"']+)",),
        score=0.85,
    ),
    Patterns(
        name="session_id",
        type="SESSION_ID",
        source="OWASP Session Management Cheat Sheet",
        regexes=(
            r"(?i)\b(?:jsessionid|phpsessid|asp\.net_sessionid|aspsessionid[a-z]*|connect\.sid|session[_ -]?id|sessid"
            r"|sid|sessionid|csrf[_-]?token|xsrf-token|laravel_session|_ga|_gid|_fbp|auth_?cookie)[\"']?"
            r" ?(?:[=:]|\bis\b) ?[\"']?(?P<value>[A-Za-z0-9%._~+/=:-]{8,})",
        ),
        check=lambda value: any(map(str.isdigit, value)),
        reading=as_written,
        score=0.8,
    ),
)
