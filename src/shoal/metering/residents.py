"""Residents: how many requests run at once on each host's models, as this gateway sees it. It knows nothing of energy.

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


class Stay:
    """One request on a host: since when, and the host's area then."""

    __slots__ = ("_area", "_entered", "_host")

    def __init__(self, host: _Host, at: float) -> None:
        self._host = host
        self._area = host.advance(at)
        self._entered = host.since
        host.now += 1

    def leave(self, at: float) -> float:
        """It ends: the mean number of requests at once while it ran, itself included, so at least 1."""
        host = self._host
        area = host.advance(at) - self._area
        now, host.now = host.now, host.now - 1
        seconds = host.since - self._entered
        mean = area / seconds if seconds > 0 else float(now)
        return mean if mean > 1.0 else 1.0


class Residents:
    """Counts the requests under way by host and model. Times are of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[str, str], _Host] = {}

    def enter(self, host: str, model: str, at: float) -> Stay:
        """A request begins on the host."""
        found = self._hosts.get((host, model))
        if found is None:
            found = self._hosts[host, model] = _Host(since=at)
        return Stay(found, at)

    def now(self, host: str, model: str) -> int:
        """How many run there at this moment."""
        found = self._hosts.get((host, model))
        return 0 if found is None else found.now
