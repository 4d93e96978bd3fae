"""Addresses of web pages and files: with a scheme, or beginning with www."""

from __future__ import annotations

from shoal.trust.masking.patterns import Patterns, as_written

_PATH = r"[^\s<>\"'`{}|\\^\xbf\xa0]"
_LAST = r"[^\s<>\"'`{}|\\^\xbf\xa0.,;:!?)\]*_]"

PATTERNS = Patterns(
    name="url",
    type="URL",
    source="RFC 3986; the WHATWG URL Standard",
    regexes=(
        rf"(?i)\b(?:https?|ftps?|sftp|wss?|file|ssh|git|ldaps?|s3|gs|smb|rtsp|magnet|tg|whatsapp|slack)://{_PATH}*{_LAST}",
        rf"(?i)\bwww\d?\.[a-z0-9\xe9-]+\.{_PATH}*{_LAST}",
    ),
    reading=as_written,
    score=0.85,
)
