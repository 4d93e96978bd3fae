"""Text in another coat: the escapes of JSON strings, and base64 that decodes to words. It knows no other cipher, and no
base64 that a stream cuts to pieces shorter than SHORTEST."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

SHORTEST = 24
MOST_RUNS = 8
PLAIN_SHARE = 0.9
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST},}}")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrtbf"\\/]))')
_SPOKEN = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}


def unescaped(text: str) -> str:
    """A part of a JSON document with the escapes of its strings undone; half escapes at its ends stay."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _SPOKEN.get(found[2], found[2]), text)


def decoded(text: str) -> Iterator[str]:
    """What the first MOST_RUNS runs of base64 in `text` say, where that is text. A run may begin in the middle of a
    group of four, since streams are cut anywhere."""
    for number, run in enumerate(_RUN.finditer(text)):
        if number == MOST_RUNS:
            return
        letters = run[0].replace("-", "+").replace("_", "/")
        for skipped in range(4):
            said = _said(letters[skipped:])
            if said is not None:
                yield said
                break


def _said(letters: str) -> str | None:
    whole = letters if len(letters) % 4 != 1 else letters[:-1]
    raw = base64.b64decode(whole + "=" * (-len(whole) % 4))
    said = raw.decode("utf-8", "replace")
    plain = sum(char.isalpha() or char in " .,'\n" for char in said)
    return said if " " in said and plain >= PLAIN_SHARE * len(said) else None
