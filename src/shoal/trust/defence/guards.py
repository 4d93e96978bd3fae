"""The two classifiers and what they remember: one place that loads them when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from shoal.trust.defence.remembered import Remembered
from shoal.trust.defence.seam import SentenceGuard, TextGuard
from shoal.trust.defence.sieve import Finds, Sieve
from shoal.trust.together import Together


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
        self._finds: Remembered[Finds] = Remembered()
        self._scores: Remembered[float] = Remembered()
        self._together = Together(self.scores)

    def scores(self, texts: Sequence[str]) -> list[float]:
        """How surely each text of a user talks a model out of its rules. Raises what the classifier raises."""
        guard = self.jailbreak
        many: Callable[[Sequence[str]], list[float]] | None = getattr(guard, "score_all", None)
        return self._scores.of(texts, many or (lambda new: [guard.score(text) for text in new]))

    async def scores_soon(self, texts: Sequence[str]) -> Sequence[float]:
        """As `scores`, of short texts, together with what other exchanges ask in this turn of the event loop."""
        return await self._together.of(texts)

    def find(self, texts: Sequence[str], threshold: float | None) -> list[Finds]:
        """What in each text of low trust gives instructions. Raises what the classifier raises."""
        sieve = Sieve(self.instructions, threshold)
        return self._finds.of(texts, sieve.look, sieve.threshold)

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
