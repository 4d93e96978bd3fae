"""Text in another coat: the escapes of JSON strings, and what defence knows to be encoded. It knows no other cipher,
and nothing that a stream cuts to pieces shorter than SHORTEST."""

from __future__ import annotations

import html
import re
from itertools import islice

from shoal.trust.defence.encoded import SHORTEST, encoded

MOST_RUNS = 8
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST},}}")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrtbf"\\/]))')
_SPOKEN = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}


def unescaped(text: str) -> str:
    """A part of a JSON document with the escapes of its strings undone; half escapes at its ends stay."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _SPOKEN.get(found[2], found[2]), text)


def decoded(text: str) -> list[str]:
    """What the first MOST_RUNS encoded runs in `text` say, where that is text. A run may begin in the middle of a group
    of letters, since streams are cut anywhere."""
    found = [said for run in islice(_RUN.finditer(text), MOST_RUNS) if (said := _said(run[0])) is not None]
    if "&#" in text:
        found.append(html.unescape(text))
    return found


def _said(run: str) -> str | None:
    tries = (said for skipped in range(4) for *_, said in encoded(run[skipped:]))
    return next(tries, None)
