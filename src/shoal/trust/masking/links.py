"""Links: whether a place in a reply lies inside a URL, and whether that URL's host may be told a value.

A reply can carry values out: whoever shows `![x](https://elsewhere/?q=...)` calls that host without a click. So a value
is put into a URL only where its host is written out before it and is on the allow-list. It knows no placeholders.

A URL begins at a link's destination in Markdown (`](`, `]:`), at an attribute of HTML that holds one, at `url(`, at
`http:`, `https:`, `ftp:`, `//` or `www.`, and where a domain runs into a path (`a.example/`). It ends at ASCII white
space and nothing else, unless what opened it says otherwise: quotes, `<...>`, the parenthesis of a destination. That is
more than what a browser would follow, on purpose. A value may stand at the very beginning of a destination, where it
is not told to another host, and after `mailto:`, `tel:` and `sms:`, which call none.

Not covered: a link that a renderer would make only after decoding character references in running text, and a value
that becomes the host name of an address without a scheme (`VALUE.example`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Longer than whatever opens a URL, so that cuts between two calls of `feed` do not matter.
_CARRIED = 96
_HEAD = 320
# Stands for a placeholder that was left as it is: no part of any host, and it ends nothing.
_LEFT = "\ufffc"

# The last character of whatever opens a URL.
_MARK = re.compile(r"[(:=/?#]|[wW]\.")
_ATTRIBUTES = ("src", "srcset", "href", "formaction", "poster", "background", "ping", "longdesc")
_SCHEMES = ("https:", "http:", "ftp:")
_DOMAIN_END = re.compile(r"(?:[^\W\d_]{2,63}|[xX][nN]--[a-zA-Z0-9-]{1,59})(?::\d{1,5})?[/?#]")
_HOST = re.compile(r"(?:https?:)?//([a-z0-9.-]{1,253})(?::\d{1,5})?[/?#]", re.IGNORECASE | re.ASCII)
_SERVERLESS = frozenset({"mailto:", "tel:", "sms:"})
_WHITE = " \t\n\r\f\v"
_SPACE = re.compile(rf"[{_WHITE}]")
# What ends a URL that was opened in a certain way; "\\" is there to be skipped with what follows it.
_ENDS = {
    "space": _SPACE,
    "tag": re.compile(rf"[{_WHITE}>]"),
    "<": re.compile(r"[>\n\\]"),
    "(": re.compile(rf"[(){_WHITE}\\]"),
    "'": re.compile("'"),
    '"': re.compile('"'),
    "`": re.compile("`"),
    " '": re.compile(rf"[{_WHITE}']"),
    ' "': re.compile(rf'[{_WHITE}"]'),
    " `": re.compile(rf"[{_WHITE}`]"),
}


class AllowedHosts:
    """The hosts that may be told values: "example.com" is that host alone, "*.example.com" every host below it."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.lower().rstrip(".") for name in names)

    def __contains__(self, host: str) -> bool:
        host = host.lower().rstrip(".")
        if host in self._names:
            return True
        steps = host.split(".")
        return any("*." + ".".join(steps[at:]) in self._names for at in range(1, len(steps)))


class LinkContext:
    """Follows one text, piece by piece; how it is cut does not matter. `feed` takes what is in the output, `leave` says
    that a placeholder was left as it is."""

    __slots__ = ("_based", "_carry", "_depth", "_end", "_head", "_hosts", "_opened", "_skip")

    def __init__(self, hosts: AllowedHosts) -> None:
        self._hosts = hosts
        self._carry = ""
        # After <base>, what begins a destination is told to that base's host.
        self._based = False
        # How the open URL ends (a key of _ENDS), and what began a destination of which nothing has come yet.
        self._end: str | None = None
        self._opened: str | None = None
        self._head = ""
        self._depth = 0
        self._skip = False

    @property
    def inside(self) -> bool:
        """Whether the next character is part of a URL that has begun."""
        return self._end is not None

    @property
    def host_allowed(self) -> bool:
        """Whether it is inside a URL, and that URL's host is on the list."""
        found = _HOST.match(self._head) if self.inside else None
        return found is not None and found[1] in self._hosts

    @property
    def open(self) -> bool:
        """Whether a value may be put here."""
        if not self._head and (self.inside or self._opened is not None):
            return not self._based
        return not self.inside or self._head.lower() in _SERVERLESS or self.host_allowed

    def leave(self) -> None:
        """A placeholder stays masked here; it counts as one letter that no host has."""
        self.feed(_LEFT)

    def feed(self, text: str) -> None:
        """The next piece of the text."""
        while text:
            text = self._step(text)

    def _step(self, text: str) -> str:
        if self._opened is not None:
            return self._begin(text)
        return self._search(text) if self._end is None else self._follow(text)

    def _search(self, text: str) -> str:
        """Outside: looks for what opens a URL. Returns the rest."""
        whole = self._carry + text
        self._based = self._based or "<base" in whole.lower()
        for match in _MARK.finditer(whole, max(len(self._carry) - 1, 0)):
            end = match.end()
            before = whole[max(end - _CARRIED, 0) : end]
            head = _bare_head(before)
            if head:
                self._enter(_bare_end(before[: -len(head)]), head)
            else:
                self._opened = _destination(before)
            if head or self._opened:
                self._carry = ""
                return whole[end:]
        self._carry = whole[-_CARRIED:]
        return ""

    def _enter(self, end: str, head: str) -> None:
        self._end, self._head, self._depth, self._opened, self._skip = end, head, 0, None, False

    def _begin(self, text: str) -> str:
        """At the beginning of a destination: what comes first says how it ends."""
        text = text.lstrip(_WHITE)
        if not text:
            return ""
        markdown = self._opened in ("](", "]:")
        if text[0] == "<" and markdown:
            self._enter("<", "")
            return text[1:]
        if text[0] in "'\"" and not markdown:
            self._enter(text[0], "")
            return text[1:]
        self._enter({"=": "tag", "]:": "space"}.get(self._opened or "", "("), "")
        return text

    def _follow(self, text: str) -> str:
        """Inside: takes what belongs to the URL. Returns the rest after its end."""
        at = 0
        if self._skip:
            self._skip, at = False, 1
        for match in _ENDS[self._end or "space"].finditer(text, at):
            if match.start() < at:
                continue
            if match[0] == "\\":
                at = match.end() + 1
                self._skip = at > len(text)
            elif not self._nested(match[0]):
                self._end, self._head, self._carry = None, "", ""
                return text[match.end() :]
        if len(self._head) < _HEAD:
            self._head = (self._head + text)[:_HEAD]
        return ""

    def _nested(self, mark: str) -> bool:
        """Whether the mark is a parenthesis inside the URL, not its end."""
        if mark == "(":
            self._depth += 1
            return True
        if mark == ")" and self._depth:
            self._depth -= 1
            return True
        return False


def _bare_head(before: str) -> str:
    """With what a URL begins that needs no destination around it, where one begins at the end of `before`; else ""."""
    mark = before[-1]
    if mark == ":":
        low = before[-6:].lower()
        return next((scheme for scheme in _SCHEMES if low.endswith(scheme)), "")
    if mark == ".":
        return "www." if before[-4:].lower() == "www." else ""
    if before.endswith("//"):
        return "//"
    dot = before.rfind(".", 0, -1) if mark in "/?#" else -1
    return before[dot:] if dot >= 0 and _DOMAIN_END.fullmatch(before, dot + 1) else ""


def _bare_end(before: str) -> str:
    """How a bare URL ends, by what stands before it; a key of _ENDS."""
    quote = before[-1:]
    if quote == "<":
        return "<"
    if not quote or quote not in "\"'`":
        return "space"
    is_attribute = quote != "`" and before[-6:-1].rstrip(_WHITE).endswith("=")
    return quote if is_attribute else " " + quote


def _destination(before: str) -> str | None:
    """What announces a destination at the end of `before`: "](", "]:", "(" of CSS, "=" of HTML; None for nothing."""
    if before.endswith(("](", "]:")):
        return before[-2:]
    if before[-4:].lower() == "url(":
        return "("
    if before[-1] != "=":
        return None
    name = before[:-1].rstrip(_WHITE + "/")
    near = len(before) - len(name) <= 17
    return "=" if near and name[-10:].lower().endswith(_ATTRIBUTES) else None
