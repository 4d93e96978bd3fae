"""JSON strings: how deep in JSON a place in a growing text lies, and how a value is written there.

A `Depth` follows one text. Where the text holds JSON, what each of its strings says is followed as a text of its own,
and so on: JSON in strings in JSON, DEEPEST deep. A `LinkContext` reads along at every depth, escapes undone. It knows
no placeholders.
"""

from __future__ import annotations

import json
import re

from shoal.trust.masking.json_grammar import Grammar
from shoal.trust.masking.links import AllowedHosts, LinkContext

DEEPEST = 6

_OUTSIDE = re.compile(r'[ \t\r\n]+|[{}\[\],:"]|[^ \t\r\n{}\[\],:"]+')
_BRACKET = re.compile(r"[{\[]")
_INSIDE = re.compile(r'[^"\\\x00-\x1f]+|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|"')
_INSIDE_LOOSELY = re.compile(r'[^"\\]+|\\u[0-9a-fA-F]{4}|\\[\s\S]|"')
_ESCAPE_BEGUN = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def escaped(value: str, depth: int = 1) -> str:
    """The value as it is written inside a JSON string, `depth` strings deep. Characters that are not ASCII stay; lone
    surrogates are escaped, since no UTF-8 can hold them."""
    for _ in range(depth):
        value = json.dumps(value, ensure_ascii=False)[1:-1]
        value = _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return value


def unescaped(text: str, depth: int = 1) -> str | None:
    """What the inside of a JSON string says, `depth` strings deep; None where it is not the inside of one."""
    for _ in range(depth):
        try:
            said = json.loads(f'"{text}"')
        except ValueError:
            return None
        if not isinstance(said, str):
            return None
        text = said
    return text


class Depth:
    """A text, followed piece by piece; how it is cut does not matter. `is_json` says that it is JSON for sure, as the
    arguments of a tool are; else it is taken for JSON from each "{" or "[" on, while it keeps to the grammar."""

    __slots__ = ("_begun", "_grammar", "_hosts", "_links", "_room", "_string", "_surely")

    def __init__(self, hosts: AllowedHosts, is_json: bool = False, room: int = DEEPEST) -> None:
        self._hosts = hosts
        self._room = room
        self._links = LinkContext(hosts)
        self._surely = is_json
        self._grammar = Grammar()
        self._begun = ""
        self._string: Depth | None = None

    @property
    def depth(self) -> int:
        """How many JSON strings lie around this place."""
        return 0 if self._string is None else 1 + self._string.depth

    @property
    def quotes_due(self) -> bool:
        """Whether a value that is put here needs quotes of its own: the text is JSON, and this is outside a string."""
        return self._surely and self._string is None

    @property
    def open(self) -> bool:
        """Whether a value may be put here as far as URLs go, at every depth."""
        return self._links.open and (self._string is None or self._string.open)

    @property
    def host_allowed(self) -> bool:
        """Whether this is inside a URL whose host may be told values, at the innermost depth."""
        return self._links.host_allowed if self._string is None else self._string.host_allowed

    def leave(self) -> None:
        """A placeholder stays masked here."""
        if self._string is not None:
            self._string.leave()
        elif not self._surely:
            self._grammar.alive = False
        if not self._surely or self._string is None:
            self._links.leave()
        if self._begun:
            self._broken(0)

    def feed(self, text: str) -> None:
        """The next piece of the text."""
        if not self._surely:
            self._links.feed(text)
        text, self._begun = self._begun + text, ""
        at = 0
        while at < len(text) and self._room:
            at = self._outside(text, at) if self._string is None else self._inside(text, at)

    def _outside(self, text: str, at: int) -> int:
        if self._surely:
            quote = text.find('"', at)
            end = len(text) if quote < 0 else quote + 1
            self._links.feed(text[at:end])
            if quote >= 0:
                self._string = Depth(self._hosts, room=self._room - 1)
            return end
        if not self._grammar.alive:
            begin = _BRACKET.search(text, at)
            if begin is None:
                return len(text)
            self._grammar, at = Grammar(), begin.start()
        for match in _OUTSIDE.finditer(text, at):
            self._grammar.take(match[0])
            if not self._grammar.alive:
                return match.start()
            if match[0] == '"':
                self._string = Depth(self._hosts, room=self._room - 1)
                return match.end()
        return len(text)

    def _inside(self, text: str, at: int) -> int:
        """Reads up to the end of the string or of the text; an escape that is cut waits for the next piece."""
        pattern = _INSIDE_LOOSELY if self._surely else _INSIDE
        said: list[str] = []
        while at < len(text):
            if text[at] == "\\" and _ESCAPE_BEGUN.match(text, at):
                self._begun, at = text[at:], len(text)
                break
            match = pattern.match(text, at)
            if match is None:
                return self._broken(at)
            at = match.end()
            if match[0] == '"':
                self._string = None
                return at
            said.append(_meant(match[0]))
        if said and self._string is not None:
            self._string.feed("".join(said))
        return at

    def _broken(self, at: int) -> int:
        """It is no JSON after all from here; what is JSON for sure never comes to this but with half an escape."""
        self._begun = ""
        if not self._surely:
            self._grammar.alive, self._string = False, None
        return at


def _meant(written: str) -> str:
    """What a piece of a JSON string says."""
    if written[0] != "\\":
        return written
    return chr(int(written[2:], 16)) if len(written) == 6 and written[1] == "u" else _SHORT.get(written[1], written[1])
