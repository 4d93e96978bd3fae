"""Spotting: where in a growing text the placeholders of an exchange stand, and where one may just have begun.

It knows how placeholders are written, not what may be done with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shoal.trust.masking.json_strings import DEEPEST
from shoal.trust.masking.placeholders import FORM, normal
from shoal.trust.masking.values import Stored, Values

_SLASHES = 2 ** (DEEPEST - 1)
_OPENERS = ("<", "\\<", "&lt;", "&#60;", "&#x3c;", "%3c", *("\\" * 2**level + "u003c" for level in range(DEEPEST)))
_CLOSERS = {"<": ">", "\\<": "\\>", "&lt;": "&gt;", "&#60;": "&#62;", "&#x3c;": "&#x3e;", "%3c": "%3e"}
_MAY_BEGIN = re.compile(r"[<&%]|\\+")
_BEGUN = re.compile(r"(\\?<|&(?:lt|#60|#x3c);|%3c|\\{1,32}u003c)((?:[a-z0-9.:]|\\?_)*)", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"(?<!\w)\S")


@dataclass(frozen=True, slots=True)
class Spot:
    """A placeholder or surrogate at `text[start:end]`. `kind` is how it was escaped ("", "md", "html", "url", "json"),
    `slashes` the number of backslashes before "u003c"."""

    start: int
    end: int
    stored: Stored
    kind: str = ""
    slashes: int = 0


class Spotter:
    """Reads one text piece by piece; the pieces overlap by what `hold_from` keeps back."""

    __slots__ = ("_last", "_values")

    def __init__(self, values: Values) -> None:
        self._values = values
        # The end of what is done with: its last letter and the backslashes after it.
        self._last = ""

    def idle(self, text: str) -> bool:
        """Whether nothing begins in this piece; a fast answer, and False is no promise."""
        return not ("<" in text or "&" in text or "%" in text or "\\" in text or self._values.has_surrogates)

    def done(self, text: str) -> None:
        """This piece is no placeholder and is done with."""
        bare = text.rstrip("\\")
        run = len(text) - len(bare) + (0 if bare else _slashes_at_end(self._last))
        # Only the lowest bits of a run matter.
        self._last = bare[-1:] + "\\" * (run if run < 4 * _SLASHES else 2 * _SLASHES + run % (2 * _SLASHES))

    def placed(self, written: str) -> None:
        """This placeholder is done with, as it was written."""
        self._last = written[-1:]

    def find(self, text: str) -> Iterator[Spot]:
        """The placeholders and surrogates, in order, without overlaps."""
        at = 0
        form = self._next_form(text, 0)
        fake = self._next_surrogate(text, 0)
        while form or fake:
            found = fake if form is None or (fake and fake.start < form.start) else form
            assert found is not None
            yield found
            at = found.end
            if form and form.start < at:
                form = self._next_form(text, at)
            if fake and fake.start < at:
                fake = self._next_surrogate(text, at)

    def _next_form(self, text: str, at: int) -> Spot | None:
        for match in FORM.finditer(text, at):
            stored = self._values.get(normal(match["body"]))
            found = self._read(match, stored, text, at) if stored else None
            if found:
                return found
        return None

    def _read(self, form: re.Match[str], stored: Stored, text: str, at: int) -> Spot | None:
        """The placeholder that a match is. Of a run of backslashes only the last belong to it: the others are said by
        the text, and the lowest bit of their number is what escapes at one depth."""
        kind = next((name for name in ("md", "html", "url", "json") if form[name]), "")
        if kind != "json":
            return Spot(form.start(), form.end(), stored, kind)
        begun = form.end("json")
        run = self._slashes_before(text[at:begun], at)
        slashes = run & -run
        if slashes > _SLASHES or len(form["end"]) != slashes:
            return None
        return Spot(max(begun - slashes, form.start(), at), form.end(), stored, kind, slashes)

    def _next_surrogate(self, text: str, at: int) -> Spot | None:
        if not self._values.has_surrogates:
            return None
        before = "" if at else self._last[-1:]
        found = self._values.next_surrogate(before + text if before else text, len(before) + at)
        if found is None:
            return None
        start, end, stored = found
        return Spot(start - len(before), end - len(before), stored)

    def _slashes_before(self, text: str, at: int) -> int:
        run = _slashes_at_end(text)
        return run + _slashes_at_end(self._last) if run == len(text) and at == 0 else run

    def hold_from(self, text: str, at: int) -> int:
        """Where after `at` the end begins that may yet become a placeholder; the text's length if there is none."""
        if not len(self._values):
            return len(text)
        window = max(at, len(text) - 2 * self._values.longest - 2 * _SLASHES - 12)
        starts = (self._start(text, match, at) for match in _MAY_BEGIN.finditer(text, window))
        cut = next((start for start in starts if self._may_become(text[start:])), len(text))
        return min(cut, self._hold_surrogate_from(text, window)) if self._values.has_surrogates else cut

    def _start(self, text: str, match: re.Match[str], at: int) -> int:
        """Where a placeholder may begin; in a run of backslashes it is not always the first."""
        end = match.end()
        if match[0][0] != "\\":
            return match.start()
        if text[end : end + 1].lower() == "u":
            run = self._slashes_before(text[at:end], at)
            return max(match.start(), end - (run & -run))
        return max(match.start(), end - (1 if end < len(text) else _SLASHES))

    def _may_become(self, tail: str) -> bool:
        tail = tail.lower()
        begun = _BEGUN.match(tail)
        if begun is None:
            return any(opener.startswith(tail) for opener in _OPENERS)
        opener, body, rest = begun[1], normal(begun[2]), tail[begun.end() :]
        if not rest:
            return self._values.may_become(body)
        closer = _CLOSERS.get(opener) or opener.replace("3c", "3e")
        if self._values.get(body) is not None and closer.startswith(rest) and closer != rest:
            return True
        return rest == "\\" and self._values.may_become(body + "_")

    def _hold_surrogate_from(self, text: str, window: int) -> int:
        before = "" if window else self._last[-1:]
        for match in _WORD.finditer(before + text, window + len(before)):
            start = match.start() - len(before)
            if self._values.surrogate_may_be(text[start:]):
                return start
        return len(text)


def _slashes_at_end(text: str) -> int:
    return len(text) - len(text.rstrip("\\"))
