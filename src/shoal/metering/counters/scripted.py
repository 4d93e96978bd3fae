"""A source that reads out what it was given, for tests and for plug-in authors. It counts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shoal.metering.counters.seam import Domain


class ScriptedSource:
    """Gives its readings one after the other; when they have run out, the last one again."""

    def __init__(self, domains: Sequence[Domain], readings: Iterable[Sequence[float | None]]) -> None:
        self._domains = tuple(domains)
        self._readings = [tuple(reading) for reading in readings]
        self._next = 0

    @property
    def domains(self) -> tuple[Domain, ...]:
        """As given."""
        return self._domains

    def read(self) -> tuple[float | None, ...]:
        """The next reading; None for every domain where there never was one."""
        if not self._readings:
            return (None,) * len(self._domains)
        at = min(self._next, len(self._readings) - 1)
        self._next += 1
        return self._readings[at]

    def close(self) -> None:
        """Nothing is held open."""
