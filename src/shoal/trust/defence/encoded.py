"""Text in another coat: base64, hex, HTML character references, letters with gaps, characters that nobody sees.

It says where such a run stands and what it says. It knows no other cipher.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator

SHORTEST = 24
PLAIN_SHARE = 0.85
LOOKED_AT = 400
"""Characters of a run that decide whether it is text at all; pictures and keys are not."""
_RUN = re.compile(rf"([A-Za-z0-9+/_-]{{{SHORTEST},}})={{0,2}}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+\Z")
_REFERENCES = re.compile(r"(?:&#(?:\d{2,5}|[xX][0-9a-fA-F]{2,4});\s?){6,}(?<=;)")
_GAPPED = re.compile(r"(?<!\S)(?:\w(?:[ \t]{1,4}|[._*-])){12,}\w(?!\w)")
_GAP = re.compile(r"[ \t]{2,4}")
# Unicode's tag characters each stand for one of ASCII, its variation selectors can stand for bytes; neither is shown.
_TAGS = re.compile("[\U000e0020-\U000e007e]{6,}")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{6,}")


def encoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of `text` that says something else as (start, end, what it says). The cost is linear."""
    for run in _RUN.finditer(text):
        said = _from_hex(run[1]) or _from_base64(run[1])
        if said is not None:
            yield run.start(), run.end(), said
    for pattern, read in READERS:
        for run in pattern.finditer(text):
            yield run.start(), run.end(), read(run[0])


def _without_gaps(run: str) -> str:
    return " ".join("".join(filter(str.isalnum, word)) for word in _GAP.split(run))


def _from_tags(run: str) -> str:
    return "".join(chr(ord(character) - 0xE0000) for character in run)


def _from_selectors(run: str) -> str:
    codes = (ord(character) for character in run)
    return bytes(code - 0xFE00 if code < 0xFE10 else code - 0xE0100 + 16 for code in codes).decode("utf-8", "replace")


READERS = (
    (_REFERENCES, html.unescape),
    (_GAPPED, _without_gaps),
    (_TAGS, _from_tags),
    (_SELECTORS, _from_selectors),
)


def _from_hex(run: str) -> str | None:
    if not _HEX.match(run):
        return None
    return _words(bytes.fromhex(run[: LOOKED_AT // 2 * 2])) and _words(bytes.fromhex(run), sure=True)


def _from_base64(run: str) -> str | None:
    letters = run.replace("-", "+").replace("_", "/")
    if _words(_decoded(letters[:LOOKED_AT])) is None:
        return None
    return _words(_decoded(letters), sure=True)


def _decoded(letters: str) -> bytes:
    whole = letters[: len(letters) // 4 * 4]
    rest = letters[len(whole) :]
    try:
        # Two or three letters at the end are one or two bytes without their padding.
        return base64.b64decode(whole + (rest.ljust(4, "=") if len(rest) > 1 else ""))
    except binascii.Error:
        return b""


def _words(raw: bytes, sure: bool = False) -> str | None:
    """The bytes as text; None where they are none (unless that is `sure`)."""
    said = raw.decode("utf-8", "replace")
    if sure:
        return said
    plain = sum(char.isalpha() or char in " .,!?'\n" for char in said)
    return said if " " in said and plain >= PLAIN_SHARE * len(said) else None
