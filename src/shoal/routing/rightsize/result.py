"""What came of one try: one model's answer to one task, judged, with what it took. It holds no text unless told to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shoal.chat import Json
from shoal.impacts import ZERO, Impacts, Range, plus

QUANTITIES = ("cost_usd", "energy_wh", "carbon_gco2e")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a try took; None is unknown."""

    cost_usd: Range | None = None
    energy_wh: Range | None = None
    carbon_gco2e: Range | None = None

    @classmethod
    def of(cls, impacts: Impacts | None) -> Taken:
        """The three quantities of an exchange; all unknown where nothing is metered."""
        return cls() if impacts is None else cls(impacts.cost_usd, impacts.energy_wh, impacts.carbon_gco2e)

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            plus(self.cost_usd, other.cost_usd),
            plus(self.energy_wh, other.energy_wh),
            plus(self.carbon_gco2e, other.carbon_gco2e),
        )

    def to_wire(self) -> Json:
        """Each quantity as its three ends, or null."""
        found: Mapping[str, Range | None] = {name: getattr(self, name) for name in QUANTITIES}
        return {name: each and [each.low, each.expected, each.high] for name, each in found.items()}

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Taken:
        """What `to_wire` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        ranges = {name: wire[name] for name in QUANTITIES}
        return cls(
            **{name: None if each is None else Range.checked(*map(float, each)) for name, each in ranges.items()}
        )


NOTHING_TAKEN = Taken(ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Reached:
    """A model's answer as it came: its text, confidence (None where it gives none), seconds, and what it took."""

    text: str = field(repr=False)
    confidence: float | None = None
    latency_s: float = 0.0
    tokens: int = 0
    taken: Taken = Taken()


@dataclass(frozen=True, slots=True)
class Result:
    """One try. `score` 0 to 1, None where there is none: then `error` is the code of what failed. `judged` is what the
    judge took, apart from the answer. `digest` is the answer's hash, `answer` its text where that is to be kept."""

    task: str
    model: str
    score: float | None = None
    error: str | None = None
    confidence: float | None = None
    latency_s: float | None = None
    tokens: int = 0
    taken: Taken = NOTHING_TAKEN
    judged: Taken = NOTHING_TAKEN
    digest: str | None = None
    answer: str | None = field(default=None, repr=False)

    def to_line(self) -> str:
        """Its line in the file of results."""
        wire = {name: getattr(self, name) for name in PLAIN}
        wire |= {"taken": self.taken.to_wire(), "judged": self.judged.to_wire()}
        return json.dumps({name: value for name, value in wire.items() if value is not None})

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Result:
        """What `to_line` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        plain = cls(wire["task"], wire["model"], **{name: wire[name] for name in PLAIN[2:] if name in wire})
        if plain.score is not None and not 0 <= plain.score <= 1:
            raise ValueError("a score lies between 0 and 1")
        return replace(plain, taken=Taken.from_wire(wire["taken"]), judged=Taken.from_wire(wire["judged"]))


PLAIN = ("task", "model", "score", "error", "confidence", "latency_s", "tokens", "digest", "answer")
