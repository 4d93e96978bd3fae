"""Unmasking: puts the values of one exchange back into a reply, as it comes, cut anywhere.

An `Unmasker` holds back only the end of the text that may still become one of its placeholders. A placeholder is put
back where it is one of this exchange, its type is granted, and it does not stand in a URL of a host that is not on the
list; everything else stays as it came. It knows no wire format: one text is one Unmasker.

Put back as well: a placeholder in another case, one escaped for Markdown (`\\<PERSON\\_...\\>`), one for HTML
(`&lt;...&gt;`, the value being escaped likewise), inside JSON strings (`\\u003c...\\u003e`), or for URLs (`%3C...%3E`)
inside a URL whose host is allowed. One with spaces inside, cut short, or with an id that nothing here has stays and is
counted as unknown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from shoal.trust.masking.json_strings import Depth, escaped
from shoal.trust.masking.links import AllowedHosts
from shoal.trust.masking.placeholders import ESCAPED, FORM
from shoal.trust.masking.spotting import Spot, Spotter
from shoal.trust.masking.values import Values

Grant = Callable[[str], bool]

_GATHERED = 4096
_OPENER = re.compile(r"[<&%\\]")
# What was meant as a placeholder, whole or in parts, and the most characters that it has.
_MEANT = re.compile(rf"(?P<form>{FORM.pattern})|<(?P<loose>[\w\s\\.:-]{{3,90}})>", FORM.flags)
_LONGEST_MEANT = 200
_SHOUTED = re.compile(r"[A-Z]\\?_")


@dataclass(slots=True)
class Tally:
    """What happened to the placeholders in the replies of one exchange: put back, `withheld` (a URL, or a tool without
    the grant), `unknown` (of no value here, or mangled)."""

    restored: int = 0
    withheld: int = 0
    unknown: int = 0


class Unmasker:
    """Unmasks one text of a reply. `is_json` says that it is JSON, as the arguments of a tool; `granted` says of a type
    whether its values may be put into this text. Feed it, then close it."""

    __slots__ = ("_depth", "_gathered", "_granted", "_held", "_loose", "_size", "_spotter", "_tally", "_values")

    def __init__(
        self,
        values: Values,
        hosts: AllowedHosts,
        tally: Tally,
        is_json: bool = False,
        granted: Grant | None = None,
    ) -> None:
        self._values = values
        self._tally = tally
        self._granted = granted
        self._depth = Depth(hosts, is_json)
        self._spotter = Spotter(values)
        self._held = ""
        self._loose = ""
        self._gathered: list[str] = []
        self._size = 0

    def __repr__(self) -> str:
        return f"Unmasker({self._values!r}, {len(self._held)} held)"

    def feed(self, text: str) -> str:
        """The next piece of the reply; returns what can go out now."""
        if self._held or not self._spotter.idle(text):
            return self._scan(self._held + text, False)
        if text:
            self._pass(text)
        return text

    def close(self) -> str:
        """The end of the reply; returns what was held back."""
        out = self._scan(self._held, True)
        self._read_gathered()
        return out

    def _pass(self, text: str) -> None:
        """Text that goes out as it came. The context reads it when a placeholder comes, or when there is much of it."""
        self._spotter.done(text)
        self._gathered.append(text)
        self._size += len(text)
        if self._size > _GATHERED:
            self._read_gathered()

    def _read_gathered(self) -> None:
        text = "".join(self._gathered)
        self._gathered.clear()
        self._size = 0
        if text:
            self._depth.feed(text)
            self._count_mangled(text)

    def _count_mangled(self, text: str) -> None:
        text = self._loose + text
        at = 0
        for match in _MEANT.finditer(text):
            said = match["body"] or match["loose"]
            self._tally.unknown += bool(match["form"] and _SHOUTED.search(said)) or self._values.resembles(said)
            at = match.end()
        rest = text[max(at, len(text) - _LONGEST_MEANT) :]
        self._loose = rest if _OPENER.search(rest) else ""

    def _scan(self, text: str, last: bool) -> str:
        out: list[str] = []
        at = 0
        for spot in self._spotter.find(text):
            if spot.start > at:
                self._pass(text[at : spot.start])
                out.append(text[at : spot.start])
            out.append(self._place(spot, text[spot.start : spot.end]))
            at = spot.end
        cut = len(text) if last else self._spotter.hold_from(text, at)
        if cut > at:
            self._pass(text[at:cut])
            out.append(text[at:cut])
        self._held = text[cut:]
        return "".join(out)

    def _place(self, spot: Spot, written: str) -> str:
        """What goes out for a placeholder: its value, or itself."""
        self._read_gathered()
        self._loose = ""
        self._spotter.placed(written)
        if not self._may(spot):
            self._tally.withheld += 1
            self._depth.leave()
            return written
        self._tally.restored += 1
        said = self._written(spot)
        self._depth.feed(said)
        return said

    def _may(self, spot: Spot) -> bool:
        depth = self._depth
        if spot.kind == "url" and not depth.host_allowed:
            return False
        if spot.kind == "json" and spot.slashes >= 2**depth.depth:
            return False
        type = spot.stored.type
        return depth.open and (self._granted is None or type == ESCAPED or self._granted(type))

    def _written(self, spot: Spot) -> str:
        """The value as it is written in this place."""
        depth = self._depth.depth
        if spot.kind == "html":
            return escaped(html.escape(spot.stored.meant, quote=False), depth)
        if spot.kind == "url":
            return quote(spot.stored.meant, safe="", errors="surrogatepass")
        return f'"{spot.stored.at(1)}"' if self._depth.quotes_due else spot.stored.at(depth)
