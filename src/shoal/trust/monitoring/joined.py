"""Several monitors as one: each category's score is the highest that any of them gives. Where one looks closer at
some texts, all of them together can say when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal.trust.monitoring.seam import Monitor, TwoStages, Verdict


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


class JoinedStages(Joined):
    """The same where some have two stages."""

    def quick(self, texts: Sequence[str]) -> Sequence[Verdict] | None:
        """See TwoStages."""
        found: list[Sequence[Verdict]] = []
        # Those that may look closer first: what the others say then counts for nothing.
        for monitor in sorted(self._monitors, key=lambda each: not isinstance(each, TwoStages)):
            verdicts = monitor.quick(texts) if isinstance(monitor, TwoStages) else monitor.scores(texts)
            if verdicts is None:
                return None
            found.append(verdicts)
        return [_worst(verdicts) for verdicts in zip(*found, strict=True)]

    def without_encoder(self) -> Monitor:
        """See TwoStages."""
        return Joined([each.without_encoder() if isinstance(each, TwoStages) else each for each in self._monitors])


def joined(first: Monitor, more: Sequence[Monitor]) -> Monitor:
    """One monitor for all; the first itself where there are no more."""
    if not more:
        return first
    monitors = (first, *more)
    return JoinedStages(monitors) if any(isinstance(each, TwoStages) for each in monitors) else Joined(monitors)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    scores: dict[str, float] = {}
    for verdict in verdicts:
        for name, score in verdict.scores.items():
            scores[name] = max(score, scores.get(name, 0.0))
    return Worst(scores, min(each.overall for each in verdicts), any(each.uncertain for each in verdicts))
