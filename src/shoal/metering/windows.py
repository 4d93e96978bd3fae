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
Counts = tuple[float | None, ...]


@dataclass(slots=True)
class Resident:
    """A request under way: tokens since the last window, since when it is counted, joules so far, whether any of its
    windows was lost, and whether the window in which it began is still open."""

    since: float
    input: float
    output: float = 0.0
    joules: float = 0.0
    lost: bool = False
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """What counters gave a request that has ended: joules with the building; None where a window was lost."""

    name: str
    joules: float | None


class Windows:
    """The requests on one machine and its counters. Times are of one monotonic clock, in seconds; `opened` is when the
    present window began. Leave `pue` at 1 where the place's PUE is applied afterwards, as `Metering.measured` does."""

    def __init__(self, sources: Sequence[EnergySource], weights: Coefficients, at: float, pue: float = 1.0) -> None:
        self._sources = tuple(sources)
        self._counters = [[Counter(domain) for domain in source.domains] for source in sources]
        self._weights = weights
        self._pue = pue
        self.opened = at
        self._residents: dict[str, Resident] = {}
        self._leaving: dict[str, Work] = {}
        self._ended: dict[str, Resident] = {}
        self._delta(self.read(), at)

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

    def leave(self, name: str, at: float, uncached_input: float | None = None) -> None:
        """The request ends; its share of this window comes when the window closes. Its input, where that is better
        known by now, counts if the window in which the prompt was read is still open."""
        found = self._residents.pop(name, None)
        if found is not None:
            if found.fresh and uncached_input is not None:
                found.input = uncached_input
            self.add(name, _work(found, at), found)

    def forget(self, name: str) -> None:
        """The request did nothing here."""
        self._residents.pop(name, None)

    def add(self, name: str, work: Work, resident: Resident | None = None) -> None:
        """Work in this window of a request that is over."""
        self._leaving[name] = work
        self._ended[name] = resident or Resident(self.opened, work.input)

    def read(self) -> list[Counts]:
        """The counters of each source, for `close_window`. It may take milliseconds."""
        return [source.read() for source in self._sources]

    def close_window(self, at: float, counts: Sequence[Counts] | None = None) -> tuple[Window | None, list[Settled]]:
        """Shares the window, if it lasted LEAST_S: what each request got, and which have ended with how much in all.
        None for a window that was too short or is lost. Reads the counters where `counts` were not read before."""
        seconds = at - self.opened
        if 0 <= seconds < LEAST_S:
            return None, []
        joules = self._delta(self.read() if counts is None else counts, at)
        work = {name: _work(each, at) for name, each in self._residents.items()} | self._leaving
        self.opened = at
        for each in self._residents.values():
            each.since, each.input, each.output, each.fresh = at, 0.0, 0.0, False
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

    def _delta(self, counts: Sequence[Counts], at: float) -> float | None:
        """Joules of all counters since the last reading; None where any of them is not known."""
        total, known = 0.0, self.measures
        for read, counters in zip(counts, self._counters, strict=True):
            for counter, count in zip(counters, read, strict=True):
                joules = counter.advance(count, at)
                if joules is None:
                    known = False
                else:
                    total += joules
        return total if known else None


def _work(resident: Resident, at: float) -> Work:
    return Work(resident.input, resident.output, max(at - resident.since, 0.0))
