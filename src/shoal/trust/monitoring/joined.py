"""Several monitors as one: each category's score is the highest that any of them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal.trust.monitoring.seam import Monitor, Verdict


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst of several verdicts."""

    scores: Mapping[str, float]
    overall: float
    uncertain: bool


class Joined:
    """Asks all of them, the first as the embedded one."""

    def __init__(self, monitors: Sequence[Monitor]) -> None:
        self._monitors = monitors
        self.thresholds: Mapping[str, float] = {
            name: threshold for monitor in reversed(monitors) for name, threshold in monitor.thresholds.items()
        }

    def scores(self, texts: Sequence[str]) -> Sequence[Verdict]:
        """See Monitor."""
        return [_worst(verdicts) for verdicts in zip(*(each.scores(texts) for each in self._monitors), strict=True)]

    def held(self, text: str) -> int:
        """See Monitor."""
        return max(monitor.held(text) for monitor in self._monitors)


def joined(first: Monitor, more: Sequence[Monitor]) -> Monitor:
    """One monitor for all; the first itself where there are no more."""
    return Joined((first, *more)) if more else first


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    scores: dict[str, float] = {}
    for verdict in verdicts:
        for name, score in verdict.scores.items():
            scores[name] = max(score, scores.get(name, 0.0))
    return Worst(scores, min(each.overall for each in verdicts), any(each.uncertain for each in verdicts))
