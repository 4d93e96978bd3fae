"""Pace: how fast each model answered lately, from the records of exchanges. It knows no text and no price.

Seconds = a + b x output tokens, by least squares over the answers of each model, older ones counting less (recursive
least squares with forgetting; Haykin, Adaptive Filter Theory, ch. 10), drawn towards a prior for b as in ridge
regression (Hoerl and Kennard 1970). A stream tells two points: its first piece at no token, and its end; a whole reply
tells its end. While all answers are of one length, b cannot be seen: then the prior counts, which shares the time among
the tokens, but among LEAST_TOKENS at least, since most of the time of an answer of one word is no token's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shoal.call import Attempt

NEWEST = 0.05
"""The least weight of the newest answer in the running means."""
LEAST_TOKENS = 8.0
STIFFNESS = 16.0
"""The variance of lengths (tokens squared) at which what is seen of b counts as much as the prior."""


class Ended(Protocol):
    """An exchange that has ended."""

    attempts: list[Attempt]


@dataclass(slots=True)
class _Model:
    """Running means over answers, of tokens t and seconds s: of t, s, t x t and t x s; and the line through them, as
    its seconds at no token and those of each."""

    answers: int = 0
    tokens: float = 0.0
    seconds: float = 0.0
    square: float = 0.0
    product: float = 0.0
    line: tuple[float, float] = (0.0, 0.0)

    def take(self, tokens: float, seconds: float, square: float, product: float) -> None:
        """One more answer."""
        self.answers += 1
        weight = max(NEWEST, 1 / self.answers)
        self.tokens += weight * (tokens - self.tokens)
        self.seconds += weight * (seconds - self.seconds)
        self.square += weight * (square - self.square)
        self.product += weight * (product - self.product)
        self.line = self._line()

    def _line(self) -> tuple[float, float]:
        """Neither its beginning nor its slope is below zero."""
        spread = self.square - self.tokens**2
        joint = self.product - self.tokens * self.seconds
        prior = self.seconds / max(self.tokens, LEAST_TOKENS)
        slope = (joint + STIFFNESS * prior) / (max(spread, 0.0) + STIFFNESS)
        slope = min(max(slope, 0.0), self.seconds / self.tokens)
        return max(self.seconds - slope * self.tokens, 0.0), slope


class Pace:
    """The lines of all models, from the attempts that have ended."""

    def __init__(self) -> None:
        self._models: dict[str, _Model] = {}

    def saw(self, attempt: Attempt) -> None:
        """Takes an attempt in that has ended; those that failed or said nothing tell nothing."""
        tokens, seconds, first = attempt.usage.completion_tokens, attempt.latency_s, attempt.first_piece_s
        if attempt.outcome != "ok" or first is None or not tokens:
            return
        # A whole reply is one piece, which comes at the end.
        points = [(tokens, seconds)] if attempt.pieces <= 1 else [(0, first), (tokens, seconds)]
        sums = [sum(each) / len(points) for each in zip(*[(t, s, t * t, t * s) for t, s in points], strict=True)]
        self._models.setdefault(attempt.model, _Model()).take(*sums)

    def saw_all(self, record: Ended) -> None:
        """Takes the attempts of an exchange in."""
        for attempt in record.attempts:
            self.saw(attempt)

    def expected_s(self, model: str, tokens: float) -> float | None:
        """Seconds to the end of an answer of so many tokens; None for a model that has not answered yet."""
        known = self._models.get(model)
        if known is None:
            return None
        begin, slope = known.line
        return begin + slope * tokens
