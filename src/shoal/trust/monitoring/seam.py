"""The seam of monitors: what scores texts for harm. It knows no model, no stream and no policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable


class Verdict(Protocol):
    """What a monitor says of one text. `scores` are calibrated probabilities (0..1) by category, `overall` how safe
    the text is (1 - the probability of any harm), `uncertain` whether a better judge should be asked."""

    @property
    def scores(self) -> Mapping[str, float]: ...

    @property
    def overall(self) -> float: ...

    @property
    def uncertain(self) -> bool: ...


class Monitor(Protocol):
    """Scores texts. A plug-in may bring its own; `tests/contract/monitor_suite.py` says what it must do."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score of each category from which on a text is stopped, where the operator says nothing else."""
        ...

    def scores(self, texts: Sequence[str]) -> Sequence[Verdict]:
        """One verdict for each text, the same for the same text. Time grows with the texts' length and no faster. It
        keeps nothing and is safe to call from several threads."""
        ...

    def held(self, text: str) -> int:
        """How many characters at the end of `text` may still become part of a word or phrase that counts by itself, so
        that a stream must keep them back: 0 to len(text)."""
        ...


@runtime_checkable
class TwoStages(Protocol):
    """A monitor that looks closer at some texts, which takes milliseconds: it can say when. A plug-in need not be."""

    def quick(self, texts: Sequence[str]) -> Sequence[Verdict] | None:
        """As `Monitor.scores`; None where any of the texts would be looked at closer."""
        ...

    def without_encoder(self) -> Monitor:
        """The same monitor without its second stage."""
        ...
