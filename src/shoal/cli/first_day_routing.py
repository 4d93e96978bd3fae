"""What the first day shows of routing: the share that a certified smaller model could take, and what that would save.
It reads no database and prints nothing.

The figures are the router's estimates at the time of each request: the reference's answer less the chosen model's.
Their intervals are over requests (bootstrap, 95 %); how uncertain each estimate is, is not in them.
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


@dataclass(slots=True)
class Routed:
    """The requests that a router looked at: `smaller` of them would go to a smaller model, `foreign` were unlike what
    it knows. `pairs` by quantity: the reference's figure and the chosen model's, where both are known."""

    asked: int = 0
    smaller: int = 0
    foreign: int = 0
    pairs: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: {name: [] for name in QUANTITIES})

    def add(self, trust: Mapping[str, Any]) -> None:
        """Takes the account of one exchange in (`Record.trust`); the first of its candidates is the reference."""
        routing = trust.get("routing") or {}
        candidates = routing.get("candidates")
        if not candidates:
            return
        chosen = next((each for each in candidates if each["model"] == routing["model"]), candidates[0])
        self.asked += 1
        self.smaller += chosen is not candidates[0]
        self.foreign += bool(routing.get("foreign"))
        for name, pairs in self.pairs.items():
            before, after = candidates[0].get(name), chosen.get(name)
            if before is not None and after is not None:
                pairs.append((before, after))

    def wire(self) -> dict[str, Any]:
        """All of it as JSON."""
        saved = {name: self.saved(name) for name in QUANTITIES}
        told = {
            name: each and dict(zip(("expected", "low", "high"), each, strict=True)) for name, each in saved.items()
        }
        return {"asked": self.asked, "smaller": self.smaller, "foreign": self.foreign, "saves": told}

    def lines(self) -> Iterator[str]:
        """In words; nothing where no router looked at anything."""
        if not self.asked:
            return
        share = self.smaller / self.asked
        yield (
            f"of {self.asked} requests that a router looked at, a certified smaller model could take {self.smaller} "
            f"({share:.0%}); {self.foreign} were unlike what it knows"
        )
        for name, unit in QUANTITIES.items():
            if (found := self.saved(name)) is not None:
                yield f"  it would save {found[0]:.3g} {unit} [{found[1]:.3g}, {found[2]:.3g}]"
            else:
                yield f"  what it would save in {unit} is not known"

    def saved(self, name: str) -> tuple[float, float, float] | None:
        """What would be saved over all requests, with its interval; None where a figure is unknown."""
        import numpy as np

        pairs = self.pairs[name]
        if not self.asked or len(pairs) < self.asked:
            return None
        gains = np.array([before - after for before, after in pairs])
        low, high = np.quantile(_sums(gains), TAILS)
        return _short(gains.sum()), _short(low), _short(high)


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _sums(gains: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    """Sums of resamples; of very many requests by the normal approximation."""
    import numpy as np

    generator, count = np.random.default_rng(0), len(gains)
    if count > MOST_RESAMPLED:
        return [float(each) for each in generator.normal(gains.sum(), gains.std() * count**0.5, RESAMPLES)]
    return [float(gains[generator.integers(0, count, count)].sum()) for _ in range(RESAMPLES)]
