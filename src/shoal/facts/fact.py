"""A fact and where it comes from. It knows no tables and does no arithmetic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from. `checked` says how the figure came here: "file" (read from the source itself), "secondary"
    (read in another work), "memory" (known, not read again) or "own" (Shoal's arithmetic or assumption)."""

    id: str
    title: str
    where: str
    licence: str
    attribution: str
    checked: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure: `low <= value <= high`, all the same where no spread was published; `year` is the one it is true
    of."""

    subject: str
    quantity: str
    low: float
    value: float
    high: float
    unit: str
    year: int
    source: Source

    def __str__(self) -> str:
        spread = f" ({self.low:g} to {self.high:g})" if self.low < self.high else ""
        return f"{self.value:g} {self.unit}{spread}, {self.year}, {self.source.title}"
