"""One text of a reply on its way out: marks fall out, and the canary is watched for. It knows no wire format."""

from __future__ import annotations

from collections.abc import Callable

from shoal.trust.defence.canary import Canary, Watcher
from shoal.trust.defence.datamarking import Marks, Unmarker
from shoal.trust.defence.tally import Tally


class Stopped(Exception):
    """The reply may not go on."""


class Guarded:
    """What is done to the texts of one reply. `block` says whether the reply ends where it shows the canary."""

    def __init__(self, tally: Tally, block: bool) -> None:
        self._tally = tally
        self._block = block
        self.marks: Marks | None = None
        self.canary: Canary | None = None

    @property
    def idle(self) -> bool:
        """Whether texts go out as they come."""
        return self.marks is None and self.canary is None

    def stream(self, is_json: bool = False) -> Stream:
        """For one text that comes in pieces."""
        unmarker = self.marks.streamer(is_json) if self.marks is not None else None
        watcher = self.canary.watcher(is_json) if self.canary is not None else None
        return Stream(unmarker, watcher, self._block, self.leaked)

    def whole(self, text: str) -> str:
        """A text that comes whole. Raises Stopped."""
        if self.marks is not None:
            text = self.marks.unmark(text)
        if self.canary is not None and self.canary.shown_in(text):
            self.leaked()
        return text

    def leaked(self) -> None:
        """The canary was seen. Raises Stopped where that ends the reply."""
        self._tally.fire()
        if self._block:
            raise Stopped


class Stream:
    """One text. Feed it, then close it; both raise Stopped where it shows the canary and may not."""

    __slots__ = ("_block", "_leaked", "_unmarker", "_watcher")

    def __init__(
        self, unmarker: Unmarker | None, watcher: Watcher | None, block: bool, leaked: Callable[[], None]
    ) -> None:
        self._unmarker = unmarker
        self._watcher = watcher
        self._block = block
        self._leaked = leaked

    @property
    def holds(self) -> bool:
        """Whether anything is held back."""
        held = self._unmarker is not None and self._unmarker.holds
        return held or (self._block and self._watcher is not None and self._watcher.holds)

    def feed(self, text: str) -> str:
        """The next piece; returns what can go out now."""
        if self._unmarker is not None:
            text = self._unmarker.feed(text)
        watcher = self._watcher
        if watcher is None:
            return text
        out = watcher.feed(text)
        if watcher.found:
            self._watcher = None
            self._leaked()
        return out if self._block else text

    def close(self) -> str:
        """What was held back."""
        rest = self.feed_last(self._unmarker.close() if self._unmarker is not None else "")
        if self._watcher is not None and self._block:
            rest += self._watcher.close()
        return rest

    def feed_last(self, text: str) -> str:
        """The rest of what the marks held back, which has none any more."""
        self._unmarker = None
        return self.feed(text)
