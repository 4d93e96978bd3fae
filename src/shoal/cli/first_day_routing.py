"""What the first day shows of routing: the share that a certified smaller model could take, and what that would save.
It reads no database and prints nothing.

The figures are the router's estimates at the time of each request: the reference's answer less the chosen model's.
Their intervals join how uncertain each figure is (at the low end the reference takes its least and the chosen model its
most) with the bootstrap over requests (95 %).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

QUANTITIES = {"cost_usd": "USD", "energy_wh": "Wh", "carbon_gco2e": "gCO2e"}
RESAMPLES = 1_000
MOST_RESAMPLED = 20_000
TAILS = (0.025, 0.975)
Gain = tuple[float, float, float]


@dataclass(slots=True)
class Routed:
    """The requests that a router looked at: `smaller` of them would be answered by a smaller model (of a cascade as
    many as are not expected to escalate), `foreign` were unlike what it knows. `gains` by quantity: expected, least
    and most of what the chosen model takes less than the reference, where both are known."""

    asked: int = 0
    smaller: float = 0
    foreign: int = 0
    gains: dict[str, list[Gain]] = field(default_factory=lambda: {name: [] for name in QUANTITIES})

    def add(self, trust: Mapping[str, Any]) -> None:
        """Takes the account of one exchange in (`Record.trust`); the first of its candidates is the reference."""
        routing = trust.get("routing") or {}
        candidates = routing.get("candidates")
        if not candidates:
            return
        chosen = next((each for each in candidates if each["model"] == routing["model"]), candidates[0])
        self.asked += 1
        self.smaller += 0 if chosen is candidates[0] else 1 - (chosen.get("escalates") or 0)
        self.foreign += bool(routing.get("foreign"))
        for name, gains in self.gains.items():
            before, after = _spread(candidates[0], name), _spread(chosen, name)
            if chosen is candidates[0] and before is not None:
                gains.append((0.0, 0.0, 0.0))
            elif before is not None and after is not None:
                gains.append((before[0] - after[0], before[1] - after[2], before[2] - after[1]))

    def wire(self) -> dict[str, Any]:
        """All of it as JSON."""
        saved = {name: self.saved(name) for name in QUANTITIES}
        told = {
            name: each and dict(zip(("expected", "low", "high"), each, strict=True)) for name, each in saved.items()
        }
        return {"asked": self.asked, "smaller": round(self.smaller, 1), "foreign": self.foreign, "saves": told}

    def lines(self) -> Iterator[str]:
        """In words; nothing where no router looked at anything."""
        if not self.asked:
            return
        share = self.smaller / self.asked
        yield (
            f"of {self.asked} requests that a router looked at, a certified smaller model could take "
            f"{self.smaller:.0f} ({share:.0%}); {self.foreign} were unlike what it knows"
        )
        for name, unit in QUANTITIES.items():
            if (found := self.saved(name)) is not None:
                yield f"  it would save {found[0]:.3g} {unit} [{found[1]:.3g}, {found[2]:.3g}]"
            else:
                yield f"  what it would save in {unit} is not known"

    def saved(self, name: str) -> tuple[float, float, float] | None:
        """What would be saved over all requests, with its interval; None where a figure is unknown."""
        import numpy as np

        if not self.asked or len(self.gains[name]) < self.asked:
            return None
        expected, least, most = np.array(self.gains[name]).T
        low, high = np.quantile(_sums(least), TAILS[0]), np.quantile(_sums(most), TAILS[1])
        return _short(expected.sum()), _short(low), _short(high)


def _spread(candidate: Mapping[str, Any], name: str) -> Gain | None:
    """A candidate's figure with its ends; the same thrice where it has none."""
    found = candidate.get(name)
    if found is None:
        return None
    low, high = (candidate.get("ends") or {}).get(name) or (found, found)
    return found, low, high


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _sums(gains: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    """Sums of resamples; of very many requests by the normal approximation."""
    import numpy as np

    generator, count = np.random.default_rng(0), len(gains)
    if count > MOST_RESAMPLED:
        return [float(each) for each in generator.normal(gains.sum(), gains.std() * count**0.5, RESAMPLES)]
    return [float(gains[generator.integers(0, count, count)].sum()) for _ in range(RESAMPLES)]
