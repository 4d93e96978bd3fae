"""Units: cuts a text that comes in chunks into sentences that can be judged. It judges none.

A cut is made after the end of a sentence or line, and where more than `most` characters have come without one. Short
sentences that follow each other closely are judged together, since every judgement costs; they wait for LEAST
characters at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LEAST = 48
LONGEST_WORD = 40
LOOK_BACK = 6
# Words and phrases that count by themselves are no longer than this, even with letters spaced out.
TAIL = 100
PROSE = re.compile(r"""[.!?…]["'”’)\]*_`]{0,4}\s+|[。！？]+\s*|\n\s*""")
# JSON as it is written: the ends of strings, and escaped line ends, are ends too.
WRITTEN = re.compile(r"""[.!?…]["'”’)\]*_`]{0,4}\s+|[。！？]+|\n\s*|\\n|"\s*[,:}\]]""")
_SHORTENED = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|e\.g|i\.e|approx|ca|cf|dr|etc|fig|inc|mr|mrs|ms|no|prof|st|vs)\.$|(?:^|\n)\s*\d{1,3}\.$",
    re.IGNORECASE,
)

Place = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is judged as one, and what came before it. `whole`: it ends where a sentence, a line or
    the text ends."""

    text: str = field(repr=False)
    before: str = field(repr=False)
    whole: bool = True


class Cutter:
    """Takes one text in chunks and gives units; `text` is what it keeps back, `waited` the most characters that were
    kept back at once. `held` says how many characters at a text's end may not be let out yet."""

    __slots__ = ("_bound", "_ends", "_fresh", "_held", "_last", "_most", "_seen", "text", "waited")

    def __init__(self, most: int, held: Callable[[str], int], ends: re.Pattern[str] = PROSE) -> None:
        self.text = ""
        self.waited = 0
        self._most = most
        self._held = held
        self._ends = ends
        self._last = ""
        self._seen = self._bound = 0
        # The first sentence is not kept waiting for a second one; nobody reads arguments as they come.
        self._fresh = ends is PROSE

    def feed(self, chunk: str) -> list[Unit]:
        """The units that are ready now that this has come; mostly none."""
        waited = len(self.text)
        text = self.text = self.text + chunk
        if self._ends.search(text, self._seen):
            for end in self._found(text, self._seen):
                self._bound = end
        # An end is known by what follows it, which may have come just now.
        self._seen = max(self._bound, len(text) - LOOK_BACK)
        if (self._bound and (self._fresh or len(text) >= LEAST)) or len(text) >= self._most:
            self.waited = max(self.waited, waited)
            return self._taken(self._places(text))
        return []

    def more(self, chunk: str) -> bool:
        """As `feed` where no unit is ready then, as mostly; False where one may be: then nothing was taken in."""
        text = self.text + chunk
        size = len(text)
        due = size >= self._most or (self._bound and (self._fresh or size >= LEAST))
        if due or self._ends.search(text, self._seen):
            return False
        self.text = text
        self._seen = max(self._bound, size - LOOK_BACK)
        return True

    def last(self, chunk: str) -> list[Unit]:
        """As `feed` and `close` together: nothing need be held any more."""
        self.waited = max(self.waited, len(self.text))
        text = self.text = self.text + chunk
        units = self._cut(self._places(text), len(text)) if self._fresh or len(text) >= LEAST else []
        rest, self.text = self.text, ""
        if rest:
            units.append(self._unit(rest, True))
        return units

    def pause(self) -> list[Unit]:
        """What has come so far, but for what must be held: another text of the same reply goes on meanwhile."""
        return self._taken([(len(self.text), False)]) if self.text else []

    def close(self) -> list[Unit]:
        """What is left, at the end of the text."""
        rest, self.text = self.text, ""
        self.waited = max(self.waited, len(rest))
        self._seen = self._bound = 0
        return [self._unit(rest, True)] if rest else []

    def _found(self, text: str, start: int) -> Iterator[int]:
        for match in self._ends.finditer(text, start):
            at = match.start()
            if text[at] != "." or not _SHORTENED.search(text, max(0, at - 10), at + 1):
                yield match.end()

    def _places(self, text: str) -> list[Place]:
        """Where to cut, and whether a sentence ends there."""
        places: list[Place] = []
        start = last = 0
        for end in self._found(text, 0):
            start = self._within(text, start, last, end, places)
            last = end
            if end - start >= LEAST or (self._fresh and not places):
                places.append((end, True))
                start = end
        start = self._within(text, start, last, len(text) + 1, places)
        if last > start:
            places.append((last, True))
        return places

    def _within(self, text: str, start: int, last: int, end: int, places: list[Place]) -> int:
        """Cuts what is longer than may be kept back: at the last end of a sentence, else before a word. Returns where
        the rest begins."""
        while end - start > self._most:
            place = (last, True) if last > start else (_before_word(text, start, start + self._most), False)
            places.append(place)
            start = place[0]
        return start

    def _taken(self, places: list[Place]) -> list[Unit]:
        if not places:
            return []
        end = places[-1][0]
        known = (self._last + self.text[max(0, end - TAIL) : end])[-TAIL:]
        return self._cut(places, end - min(self._held(known), self._most // 2))

    def _cut(self, places: list[Place], limit: int) -> list[Unit]:
        """The units that end at these places, as far as may be let out; the rest is kept."""
        text = self.text
        units: list[Unit] = []
        start = 0
        for place, whole in places:
            stop = min(place, limit)
            if stop > start:
                units.append(self._unit(text[start:stop], whole and stop == place))
                start = stop
        self.text = text[start:]
        self._seen = self._bound = 0
        return units

    def _unit(self, text: str, whole: bool) -> Unit:
        self._fresh = False
        unit = Unit(text, self._last, whole)
        self._last = text[-self._most :]
        return unit


def _before_word(text: str, start: int, end: int) -> int:
    """The last place up to `end` where a word begins; `end` itself where there is none near."""
    found = max(text.rfind(" ", max(start, end - LONGEST_WORD), end), text.rfind("\n", start, end)) + 1
    return found if found > start else end
