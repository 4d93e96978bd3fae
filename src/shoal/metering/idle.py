"""Idle energy: what this machine drew and no request caused, hour by hour, a line of its own in every report. It reads
no counter and writes no table."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from shoal.metering.factors import Current, Now
from shoal.metering.sampler import Closed
from shoal.stores.idle_energy import IdleRow

HOUR_S = 3600
KEPT_HOURS = 48


@dataclass(slots=True)
class IdleHour:
    """One hour (Unix seconds of its begin), one kind of counters and one version of the factors: how many windows and
    seconds were counted and how many seconds lost, all joules of the machines and the idle ones, both without the
    building."""

    hour: int
    kind: str
    now: Now
    windows: int = 0
    seconds: float = 0.0
    lost_s: float = 0.0
    counted_j: float = 0.0
    idle_j: float = 0.0


class IdleLine:
    """The hours of this process so far, the last KEPT_HOURS of them."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._process = secrets.token_hex(8)
        self._hours: dict[tuple[int, str, str], IdleHour] = {}

    def note(self, closed: Closed, at: float) -> None:
        """Adds a window that was closed at `at` (Unix seconds)."""
        now = self._current.now
        hour = int(at // HOUR_S) * HOUR_S
        found = self._hours.setdefault((hour, closed.kind, now.facts), IdleHour(hour, closed.kind, now))
        if closed.window is None:
            found.lost_s += closed.seconds
            return
        found.windows += 1
        found.seconds += closed.seconds
        found.counted_j += closed.window.joules
        found.idle_j += closed.window.idle_j

    def hours(self) -> list[IdleHour]:
        """All that are kept, the oldest first; the oldest are dropped once they are too many."""
        for name in sorted(self._hours)[:-KEPT_HOURS]:
            del self._hours[name]
        return [self._hours[name] for name in sorted(self._hours)]

    def rows(self) -> list[IdleRow]:
        """The same as rows of the database."""
        return [self._row(hour) for hour in self.hours()]

    def _row(self, hour: IdleHour) -> IdleRow:
        basis = hour.now.metering.here.basis("")
        return IdleRow(
            *(hour.hour, self._process, hour.kind, hour.now.facts),
            *(basis.zone, basis.method, basis.grid_gco2e_per_kwh),
            hour.windows,
            *(hour.seconds, hour.lost_s, hour.counted_j, hour.idle_j),
            hour.now.metering.idle(hour.idle_j),
        )
