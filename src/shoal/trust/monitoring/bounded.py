"""A bound on what a monitor's second stage reads of one prompt or one reply: a long text that the first stage is unsure
of throughout must not keep a thread for long. It knows no stream and no policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import cast

from shoal.trust.monitoring.seam import Monitor, TwoStages, Verdict

CLOSER_CHARS = 100_000
"""Characters that are looked at closer; of more than that the first stage says all."""
LITTLE = 1000
"""A rest that is not worth scoring all texts twice for."""
Each = Callable[[Sequence[str]], Sequence[Verdict | None]]


class Bounded:
    """A monitor of two stages for one prompt or one reply. Threads that share it may read a little more."""

    def __init__(self, monitor: Monitor, stages: TwoStages, left: int = CLOSER_CHARS) -> None:
        """`stages` is the monitor itself."""
        self._monitor = monitor
        self._stages = stages
        self._left = left
        self._each: Each | None = getattr(monitor, "each", None)
        self.thresholds = monitor.thresholds

    def scores(self, texts: Sequence[str]) -> Sequence[Verdict]:
        """See Monitor."""
        if self._left <= 0:
            return self._plain(texts)
        found = list(self._sure(texts))
        closer, plain = self._divide([(at, texts[at]) for at, verdict in enumerate(found) if verdict is None])
        for places, scores in ((closer, self._monitor.scores), (plain, self._plain)):
            if places:
                for at, verdict in zip(places, scores([texts[at] for at in places]), strict=True):
                    found[at] = verdict
        return [verdict for verdict in found if verdict is not None]

    def held(self, text: str) -> int:
        """See Monitor."""
        return self._monitor.held(text)

    def _sure(self, texts: Sequence[str]) -> Sequence[Verdict | None]:
        """None for each text that the first stage is unsure of."""
        if self._each is not None:
            return self._each(texts)
        quick = self._stages.quick
        return [sure[0] if (sure := quick([text])) else None for text in texts]

    def _divide(self, unsure: Sequence[tuple[int, str]]) -> tuple[list[int], list[int]]:
        """The places of the texts that are looked at closer, and of the others."""
        closer: list[int] = []
        plain: list[int] = []
        for at, text in unsure:
            within = len(text) <= self._left
            (closer if within else plain).append(at)
            if within:
                self._left -= len(text)
            elif self._left < LITTLE:
                self._left = 0
        return closer, plain

    @cached_property
    def _plain(self) -> Callable[[Sequence[str]], Sequence[Verdict]]:
        return self._stages.without_encoder().scores


def bounded(monitor: Monitor, left: int = CLOSER_CHARS) -> Monitor:
    """The monitor for one prompt or one reply; the same where it has no second stage."""
    # Asking isinstance of a protocol takes 10 µs.
    if getattr(monitor, "quick", None) is None or getattr(monitor, "without_encoder", None) is None:
        return monitor
    return Bounded(monitor, cast(TwoStages, monitor), left)
