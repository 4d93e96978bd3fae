"""What the defence of one exchange did, in counts and scores. It holds no text."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.chat import Json
from shoal.config.table import Mode


@dataclass(slots=True)
class Tally:
    """One rule: how many texts were looked at, how many of them it fired on, the highest score of all, and how many of
    those fired on are probably none (the sum of 1 - score)."""

    mode: Mode
    action: str
    looked: int = 0
    found: int = 0
    highest: float | None = None
    doubt: float = 0.0
    failed: int = 0

    def look(self, count: int, highest: float) -> None:
        """So many texts were scored."""
        self.looked += count
        if count:
            self.highest = max(self.highest or 0.0, highest)

    def fire(self, score: float = 1.0) -> None:
        """The rule fired."""
        self.found += 1
        self.doubt += 1 - score

    def wire(self) -> Json | None:
        """What goes into the record; None where the rule had nothing to do."""
        if not (self.looked or self.found or self.failed):
            return None
        wire: Json = {"mode": self.mode, "action": self.action, "looked": self.looked, "found": self.found}
        if self.highest is not None:
            wire["score"] = round(self.highest, 4)
        if self.doubt:
            wire["doubt"] = round(self.doubt, 2)
        if self.failed:
            wire["failed"] = self.failed
        return wire
