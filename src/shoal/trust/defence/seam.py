"""The two classifiers as the defence sees them. It knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SentenceGuard(Protocol):
    """Scores sentences of data: 0..1, how surely each gives instructions."""

    @property
    def threshold(self) -> float: ...

    def scores(self, sentences: Sequence[str]) -> list[float]: ...


class TextGuard(Protocol):
    """Scores what a user says: 0..1, how surely it talks a model out of its rules."""

    @property
    def threshold(self) -> float: ...

    def score(self, text: str) -> float: ...
