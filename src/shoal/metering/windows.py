"""Windows: counters read every second or so, never per call, and their joules handed to the requests under way.

It owns no thread and reads no clock: whoever runs it calls `close_window` with the time. A window whose counter cannot
be trusted is marked lost, and its requests are modelled instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shoal.metering.counters.counter import Counter
from shoal.metering.counters.seam import EnergySource
from shoal.metering.sharing import Coefficients, Window, Work, share

LEAST_S = 1.0


@dataclass(slots=True)
class Resident:
    """A request under way: tokens since the last window, since when it is counted, joules so far, and whether any of
    its windows was lost."""

    since: float
    input: float
    output: float = 0.0
    joules: float = 0.0
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What counters gave a request that has ended: joules with the building; None where a window was lost."""

    name: str
    joules: float | None


class Windows:
    """The requests on one machine and its counters. Times are of one monotonic clock, in seconds. Leave `pue` at 1
    where the place's PUE is applied afterwards, as `Metering.measured` does."""

    def __init__(self, sources: Sequence[EnergySource], weights: Coefficients, at: float, pue: float = 1.0) -> None:
        self._sources = tuple(sources)
        self._counters = [[Counter(domain) for domain in source.domains] for source in sources]
        self._weights = weights
        self._pue = pue
        self._opened = at
        self._residents: dict[str, Resident] = {}
        self._leaving: dict[str, Work] = {}
        self._ended: dict[str, Resident] = {}
        self._delta(at)

    @property
    def measures(self) -> bool:
        """Whether there is any counter: without one, figures are modelled and must be called so."""
        return any(source.domains for source in self._sources)

    def enter(self, name: str, at: float, uncached_input: float = 0.0) -> None:
        """A request begins; its prompt is read in this window."""
        self._residents[name] = Resident(at, uncached_input)

    def wrote(self, name: str, tokens: float) -> None:
        """The request wrote tokens. One that is not resident is passed over."""
        found = self._residents.get(name)
        if found is not None:
            found.output += tokens

    def leave(self, name: str, at: float) -> None:
        """The request ends; its share of this window comes when the window closes."""
        found = self._residents.pop(name, None)
        if found is not None:
            self._leaving[name] = _work(found, at)
            self._ended[name] = found

    def close_window(self, at: float) -> tuple[Window | None, list[Settled]]:
        """Reads the counters and shares the window, if it lasted LEAST_S: what each request got, and which have ended
        with how much in all. None for a window that was too short or is lost."""
        seconds = at - self._opened
        if 0 <= seconds < LEAST_S:
            return None, []
        joules = self._delta(at)
        work = {name: _work(each, at) for name, each in self._residents.items()} | self._leaving
        self._opened = at
        for each in self._residents.values():
            each.since, each.input, each.output = at, 0.0, 0.0
        window = None if joules is None else share(joules, max(seconds, 0.0), work, self._weights, self._pue)
        self._credit(work, window)
        return window, self._settle()

    def _credit(self, work: dict[str, Work], window: Window | None) -> None:
        for name in work:
            resident = self._residents.get(name) or self._ended[name]
            if window is None:
                resident.lost = True
            else:
                resident.joules += window.shares[name]

    def _settle(self) -> list[Settled]:
        settled = [Settled(name, None if each.lost else each.joules) for name, each in self._ended.items()]
        self._leaving.clear()
        self._ended.clear()
        return settled

    def _delta(self, at: float) -> float | None:
        """Joules of all counters since the last reading; None where any of them is not known."""
        total, known = 0.0, self.measures
        for source, counters in zip(self._sources, self._counters, strict=True):
            for counter, count in zip(counters, source.read(), strict=True):
                joules = counter.advance(count, at)
                if joules is None:
                    known = False
                else:
                    total += joules
        return total if known else None


def _work(resident: Resident, at: float) -> Work:
    return Work(resident.input, resident.output, max(at - resident.since, 0.0))
