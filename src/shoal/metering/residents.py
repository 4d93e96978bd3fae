"""Residents: how many requests run at once on each host, as this gateway sees it. It knows nothing of energy.

A host that others use too runs more at once than is seen here: then say so with the setting for its concurrency.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Host:
    """`area` is the integral of `now` over time (requests x seconds) until `since`."""

    now: int = 0
    area: float = 0.0
    since: float = 0.0

    def advance(self, at: float) -> float:
        """The area until `at`; a clock that steps back adds nothing."""
        if at > self.since:
            self.area += self.now * (at - self.since)
            self.since = at
        return self.area


@dataclass(frozen=True, slots=True)
class Stay:
    """One request on a host: since when, and the host's area then."""

    host: str
    entered: float
    area: float


class Residents:
    """Counts the requests under way by host. Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def enter(self, host: str, at: float) -> Stay:
        """A request begins on the host."""
        found = self._hosts.get(host)
        if found is None:
            found = self._hosts[host] = _Host(since=at)
        area = found.advance(at)
        found.now += 1
        return Stay(host, max(at, found.since), area)

    def leave(self, stay: Stay, at: float) -> float:
        """It ends: the mean number of requests at once while it ran, itself included, so at least 1."""
        host = self._hosts[stay.host]
        area = host.advance(at) - stay.area
        now, host.now = host.now, host.now - 1
        seconds = host.since - stay.entered
        return max(area / seconds if seconds > 0 else float(now), 1.0)

    def now(self, host: str) -> int:
        """How many run on the host at this moment."""
        found = self._hosts.get(host)
        return 0 if found is None else found.now
