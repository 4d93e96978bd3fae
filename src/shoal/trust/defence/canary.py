"""The canary: a token at the end of the system prompt that nobody can guess, so that a reply that shows it leaks.

It is HMAC of the conversation's key: the same in every turn and replica, so that prefix caches of hosts still work. A
reply is watched for it as it comes, cut anywhere: in any case, with anything between its letters, backwards, in hex,
ROT13 or base64, in JSON also with escapes. A paraphrase, a translation or a part of the prompt without its end is not
found.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from functools import cached_property

from shoal.trust.masking.placeholders import Scope

LENGTH = 16
"""Characters of base32 without padding: 80 bits."""
SURE = 4
"""So many characters of it in a row are no chance any more: from there on text is held back."""
MOST_HELD = 400
"""Characters with what stands between them; beyond that it is no canary."""
# An escape in a JSON string, any character as it may be written there, and the beginning of an escape that is cut.
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[^u])", re.DOTALL)
_WRITTEN = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[^u])|.", re.DOTALL)
_CUT = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)\Z")
_ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
# Bytes before it, and where what it alone decides begins then.
_BEFORE = ((b"", 0), (b"\0", 2), (b"\0\0", 3))
_BETWEEN = bytes(byte for byte in range(128) if not chr(byte).isalnum())


class Canary:
    """The canary of one conversation."""

    def __init__(self, scope: Scope) -> None:
        self.token = scope.identifier("defence/canary", "", LENGTH)

    def __repr__(self) -> str:
        return "Canary()"

    @property
    def note(self) -> str:
        """How it stands in the system prompt."""
        return f"<!-- {self.token} -->"

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The ways of writing it that are watched for, letters and digits in lower case."""
        token = self.token
        raws = (token.encode(), token.upper().encode())
        hexed = (raw.hex() for raw in raws)
        return (
            token,
            token[::-1],
            token.translate(_ROT13),
            *hexed,
            *(each for raw in raws for each in _in64(raw)),
        )

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The first SURE characters of each form."""
        return tuple({form[:SURE] for form in self.forms})

    def shown_in(self, text: str) -> bool:
        """Whether a whole text shows it."""
        said = letters(text)
        return any(form in said for form in self.forms)

    def watcher(self, is_json: bool = False) -> Watcher:
        """Watches one text that comes in pieces; `is_json`: its characters may be written as escapes."""
        return Watcher(self, is_json)


def letters(text: str) -> str:
    """The letters and digits of a text alone, in lower case; full-width and styled ones count as plain."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.lower().encode("ascii", "ignore").translate(None, _BETWEEN).decode("ascii")


def _in64(raw: bytes) -> tuple[str, ...]:
    """`raw` as it stands in base64 (RFC 4648) of any text around it: by where it begins in a group of three bytes.
    Only characters that `raw` alone decides, in lower case."""
    encode = binascii.b2a_base64
    return tuple(
        [encode(before + raw)[start : (len(before) + len(raw)) * 8 // 6].decode().lower() for before, start in _BEFORE]
    )


class Watcher:
    """Watches one text of a reply for the canary. Once it is `found`, nothing more comes out."""

    __slots__ = ("_canary", "_held", "_is_json", "_tail", "found")

    def __init__(self, canary: Canary, is_json: bool = False) -> None:
        self._canary = canary
        self._is_json = is_json
        self._held = ""
        self._tail = ""
        self.found = False

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def feed(self, text: str) -> str:
        """The next piece of the text; returns what can go out now."""
        if self.found:
            return ""
        text = self._held + text
        # An escape that is cut is read when it is whole.
        cut = _CUT.search(text) if self._is_json and "\\" in text else None
        text, rest = (text[: cut.start(1)], cut[1]) if cut else (text, "")
        said = self._tail + self._letters(text)
        for start in self._canary.starts:
            if start in said:
                out = self._look(text, said)
                self._held += "" if self.found else rest
                return out
        self._held, self._tail = rest, said[1 - SURE :]
        return text

    def close(self) -> str:
        """The end of the text; returns what was held back."""
        held, self._held = self._held, ""
        return "" if self.found else held

    def _look(self, text: str, said: str) -> str:
        """Text that begins like one of the forms somewhere."""
        if any(form in said for form in self._canary.forms):
            self.found, self._held = True, ""
            return ""
        pending = max(_pending(said, form) for form in self._canary.forms)
        cut = self._place(text, pending) if pending else len(text)
        if len(text) - cut > MOST_HELD:
            cut = len(text)
        # What was held must be read again with the letters before it.
        self._held, before = text[cut:], self._letters(text[:cut])
        self._tail = (self._tail + before)[1 - SURE :]
        return text[:cut]

    def _letters(self, text: str) -> str:
        return letters(_ESCAPE.sub(_spoken, text) if self._is_json and "\\" in text else text)

    def _place(self, text: str, count: int) -> int:
        """Where the last `count` letters and digits of a text begin; 0 where it has fewer."""
        parts = _WRITTEN.findall(text[-2 * MOST_HELD :]) if self._is_json else text
        at = len(text)
        for part in reversed(parts):
            if count <= 0:
                break
            at -= len(part)
            count -= len(self._letters(part))
        return at


def _spoken(found: re.Match[str]) -> str:
    """What an escape says; the short ones are no letters."""
    return chr(int(found[1], 16)) if found[1] else " "


def _pending(said: str, form: str) -> int:
    """How many characters at the end are a beginning of the form that is no chance any more; 0 where none."""
    for size in range(min(len(form) - 1, len(said)), SURE - 1, -1):
        if said.endswith(form[:size]):
            return size
    return 0
