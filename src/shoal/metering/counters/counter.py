"""Counter: the joules between two readings of a counter that may wrap around, start anew or fail. It reads nothing."""

from __future__ import annotations

from shoal.metering.counters.seam import Domain

# A counter may tick over more than its share of a second: room for that in what counts as possible.
SLACK = 1.5


class Counter:
    """Follows one domain."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._count: float | None = None
        self._at = 0.0

    def advance(self, count: float | None, at: float) -> float | None:
        """Joules since the last reading, at `at` seconds of a monotonic clock.

        None where they are not known: at the first reading, after a failed one, after a reset, and where more came than
        the machine can draw.
        """
        before, seconds = self._count, at - self._at
        self._count, self._at = count, at
        if count is None or before is None or seconds < 0:
            return None
        joules = count - before
        if joules < 0:
            if self._domain.wraps_j is None:
                return None
            joules += self._domain.wraps_j
        return joules if joules >= 0 and self._possible(joules, seconds) else None

    def _possible(self, joules: float, seconds: float) -> bool:
        most = self._domain.most_w
        return most is None or joules <= most * SLACK * max(seconds, 1.0)
