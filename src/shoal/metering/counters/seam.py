"""EnergySource: the seam through which counters are read. A counter grows until it wraps around or starts anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Domain:
    """One counter: `name` is unique within its source ("package-0", "gpu-3"); `kind` "cpu", "memory" or "gpu";
    `wraps_j` the joules after which it starts from zero again, None if it does not; `most_w` the watts that it can
    draw at most, None where not known."""

    name: str
    kind: str
    wraps_j: float | None = None
    most_w: float | None = None


class EnergySource(Protocol):
    """Cumulative energy counters. `read` gives the joules of each domain, in the order of `domains`, None for one that
    cannot be read now. `close` may be called twice."""

    @property
    def domains(self) -> tuple[Domain, ...]: ...

    def read(self) -> tuple[float | None, ...]: ...

    def close(self) -> None: ...
