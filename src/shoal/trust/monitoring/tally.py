"""What monitoring leaves of an exchange: counts and scores, never text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shoal.chat import Json
from shoal.config.table import Mode


@dataclass(slots=True)
class Tally:
    """One direction, prompts or replies. `top` has the highest score of each category, `over` how many texts reached
    its threshold, `stopped` the category that stopped the exchange (or would have, where `mode` is observe) with its
    score, `safety` the lowest overall safety score of a text. `held_chars` and `held_s` are the most that was kept
    back at once, and the longest time."""

    mode: Mode
    texts: int = 0
    top: dict[str, float] = field(default_factory=dict)
    over: dict[str, int] = field(default_factory=dict)
    stopped: tuple[str, float] | None = None
    safety: float = 1.0
    failed: int = 0
    held_chars: int = 0
    held_s: float = 0.0

    def score(self, scores: Mapping[str, float], overall: float) -> None:
        """Takes one verdict in."""
        top = self.top
        for name, score in scores.items():
            if score > top.get(name, 0.0):
                top[name] = score
        self.safety = min(self.safety, overall)

    def wire(self) -> Json:
        """As it stands in `Record.trust` and the audit."""
        wire: Json = {"mode": self.mode, "texts": self.texts}
        # Copies: what is only observed may be counted in a thread at this moment.
        top, over = dict(self.top), dict(self.over)
        if top:
            wire["top"] = {name: round(score, 4) for name, score in sorted(top.items())}
            wire["safety"] = round(self.safety, 4)
        if over:
            wire["over"] = dict(sorted(over.items()))
        if self.stopped is not None:
            name, score = self.stopped
            wire["stopped"] = {"category": name, "score": round(score, 4)}
        if self.failed:
            wire["failed"] = self.failed
        if self.held_chars:
            wire |= {"held_chars": self.held_chars, "held_s": round(self.held_s, 4)}
        return wire
