"""The two classifiers as the defence sees them: protocols, and one place that loads them when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
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


class Guards:
    """Both classifiers, shared by all tenants and threads. Loading raises WeightsError."""

    def __init__(
        self,
        instructions: Callable[[], SentenceGuard] | None = None,
        jailbreak: Callable[[], TextGuard] | None = None,
    ) -> None:
        """`instructions` and `jailbreak` load another classifier than the embedded one."""
        self._loads = (instructions or _load_instructions, jailbreak or _load_jailbreak)
        self._instructions: SentenceGuard | None = None
        self._jailbreak: TextGuard | None = None
        self._lock = threading.Lock()

    @property
    def instructions(self) -> SentenceGuard:
        if self._instructions is None:
            with self._lock:
                self._instructions = self._instructions or self._loads[0]()
        return self._instructions

    @property
    def jailbreak(self) -> TextGuard:
        if self._jailbreak is None:
            with self._lock:
                self._jailbreak = self._jailbreak or self._loads[1]()
        return self._jailbreak


def _load_instructions() -> SentenceGuard:
    from shoal.trust.defence.instructions import load_instructions

    return load_instructions()


def _load_jailbreak() -> TextGuard:
    from shoal.trust.defence.jailbreak import load_jailbreak

    return load_jailbreak()
