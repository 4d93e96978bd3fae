"""Pace: how fast each model answered lately, from the records of exchanges. It knows no text and no price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shoal.call import Attempt

NEWEST = 0.05
"""The weight of the newest answer in the running means."""
LEAST_TOKENS = 8


class Ended(Protocol):
    """An exchange that has ended."""

    attempts: list[Attempt]


@dataclass(slots=True)
class _Model:
    first_s: float
    per_token_s: float


class Pace:
    """Running means of the seconds to the first piece and per output token after it, by model."""

    def __init__(self) -> None:
        self._models: dict[str, _Model] = {}

    def saw(self, attempt: Attempt) -> None:
        """Takes an attempt in that has ended; those that failed or said next to nothing tell nothing."""
        tokens = attempt.usage.completion_tokens
        if attempt.outcome != "ok" or attempt.first_piece_s is None or tokens < LEAST_TOKENS:
            return
        # A whole reply is one piece: all of its time counts as time per token.
        first = attempt.first_piece_s if attempt.pieces > 1 else 0.0
        rate = (attempt.latency_s - first) / tokens
        known = self._models.get(attempt.model)
        if known is None:
            self._models[attempt.model] = _Model(first, rate)
            return
        known.first_s += NEWEST * (first - known.first_s)
        known.per_token_s += NEWEST * (rate - known.per_token_s)

    def saw_all(self, record: Ended) -> None:
        """Takes the attempts of an exchange in."""
        for attempt in record.attempts:
            self.saw(attempt)

    def expected_s(self, model: str, tokens: float) -> float | None:
        """Seconds to the end of an answer of so many tokens; None for a model that has not answered yet."""
        known = self._models.get(model)
        return None if known is None else known.first_s + tokens * known.per_token_s
