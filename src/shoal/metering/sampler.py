"""The sampler: counters of this machine in windows, and what they say of each attempt that ran on it.

It is told who comes and goes, reads how far each reply has come when a window closes, and hands a record back with the
measured joules once all its windows are closed. It owns no thread (`ticker.py`) and knows no grams or prices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from shoal.call import Attempt
from shoal.metering.cost import TURNED_AWAY
from shoal.metering.residents import Stay
from shoal.metering.sharing import Window, Work
from shoal.metering.windows import Counts, Settled, Windows
from shoal.stores.ledger import Record


@dataclass(slots=True, eq=False)
class Reading:
    """What counters say of one attempt: `joules` of the machines so far, which is all once no kind of counter is
    `open` any more; `lost` where a window of it could not be read. `counted` are the tokens told to the windows."""

    attempt: Attempt
    name: str
    kinds: tuple[str, ...]
    open: int
    joules: float = 0.0
    lost: bool = False
    counted: int = 0

    @property
    def measured_j(self) -> float | None:
        """The joules, once they are known."""
        return None if self.open or self.lost else self.joules

    @property
    def awaited(self) -> bool:
        """Whether the counters may still say something."""
        return self.open > 0 and not self.lost


@dataclass(frozen=True, slots=True)
class Closed:
    """A window of one kind of counters, `seconds` long; None where it is lost."""

    kind: str
    seconds: float
    window: Window | None


Clock = Callable[[], float]
Measured = Callable[[Record, Sequence[Reading]], None]


class Sampler:
    """The windows by kind of counter ("cpu", "gpu"). `clock` is monotonic, in seconds. Safe from several threads:
    requests come and go on one, `tick` is called on another."""

    def __init__(self, windows: Mapping[str, Windows], clock: Clock = time.monotonic) -> None:
        self._windows = dict(windows)
        self._clock = clock
        self._lock = threading.Lock()
        self._names = map(str, count())
        self._here: dict[str, Reading] = {}
        self._waiting: dict[str, tuple[Record, Sequence[Reading]]] = {}

    def enter(self, attempt: Attempt, kinds: tuple[str, ...], uncached_input: float) -> Reading:
        """A try begins on this machine, of which these kinds of counters tell."""
        with self._lock:
            reading = Reading(attempt, next(self._names), kinds, len(kinds))
            self._here[reading.name] = reading
            at = self._clock()
            for kind in kinds:
                self._windows[kind].enter(reading.name, at, uncached_input)
        return reading

    def leave(self, reading: Reading) -> None:
        """It ends; the tokens that were counted by then hold, whatever was guessed before."""
        usage = reading.attempt.usage
        uncached = max(usage.prompt_tokens - usage.cached_tokens, 0) if usage.prompt_tokens else None
        with self._lock:
            at = self._clock()
            self._count(reading, usage.completion_tokens or reading.attempt.pieces)
            for kind in reading.kinds:
                self._windows[kind].leave(reading.name, at, uncached)

    def forget(self, reading: Reading) -> None:
        """It was turned away: nothing was computed, and it gets no share."""
        with self._lock:
            for kind in reading.kinds:
                self._windows[kind].forget(reading.name)
            self._here.pop(reading.name, None)
            reading.lost = True

    def add(self, attempt: Attempt, kinds: tuple[str, ...], seconds: float) -> Reading:
        """Work that is over already: so many busy seconds of a processor in the present window."""
        with self._lock:
            reading = Reading(attempt, next(self._names), kinds, len(kinds))
            self._here[reading.name] = reading
            for kind in kinds:
                self._windows[kind].add(reading.name, Work(seconds=seconds))
        return reading

    def hold(self, record: Record, readings: Sequence[Reading]) -> None:
        """A record that is written, but of whose attempts the counters have not said all."""
        with self._lock:
            self._waiting[record.id] = record, readings

    def awaits(self, exchange_id: str) -> bool:
        """Whether a record's figures may still change."""
        return exchange_id in self._waiting

    def tick(self, measured: Measured) -> list[Closed]:
        """Reads the counters and closes the windows that have lasted long enough; `measured` is told of every held
        record that is complete now."""
        at = self._clock()
        counts = {kind: windows.read() for kind, windows in self._windows.items()}
        with self._lock:
            for reading in self._here.values():
                self._count(reading, reading.attempt.pieces)
            closed = [each for kind in self._windows for each in self._close(kind, at, counts[kind])]
            complete = [
                self._waiting.pop(name)
                for name, (_, readings) in list(self._waiting.items())
                if not any(each.awaited for each in readings)
            ]
        for record, readings in complete:
            measured(record, readings)
        return closed

    def _count(self, reading: Reading, tokens: int) -> None:
        """Tells the windows of tokens that they have not heard of."""
        more, reading.counted = tokens - reading.counted, max(tokens, reading.counted)
        if more > 0:
            for kind in reading.kinds:
                self._windows[kind].wrote(reading.name, more)

    def _close(self, kind: str, at: float, counts: Sequence[Counts]) -> Iterator[Closed]:
        windows = self._windows[kind]
        opened = windows.opened
        window, settled = windows.close_window(at, counts)
        for each in settled:
            self._settle(each)
        if windows.opened != opened:
            yield Closed(kind, max(at - opened, 0.0), window)

    def _settle(self, settled: Settled) -> None:
        reading = self._here[settled.name]
        reading.open -= 1
        reading.joules += settled.joules or 0.0
        reading.lost |= settled.joules is None
        if not reading.open:
            del self._here[settled.name]


class Watched:
    """One try under way on this machine, of which the counters tell: it leaves both its host and the windows."""

    __slots__ = ("_reading", "_sampler", "_stay")

    def __init__(self, stay: Stay, sampler: Sampler, reading: Reading) -> None:
        self._stay, self._sampler, self._reading = stay, sampler, reading

    def leave(self, at: float) -> float:
        """The mean number of tries at once meanwhile."""
        attempt = self._reading.attempt
        turned_away = attempt.pieces == 0 and attempt.outcome in TURNED_AWAY
        (self._sampler.forget if turned_away else self._sampler.leave)(self._reading)
        return self._stay.leave(at)


def with_joules(record: Record, readings: Sequence[Reading]) -> tuple[Record, list[Attempt]]:
    """A copy of the record, whose attempts have the joules that the counters gave, and those attempts."""
    found = {id(each.attempt): each.measured_j for each in readings}
    attempts = [
        each if found.get(id(each)) is None else replace(each, measured_j=found[id(each)]) for each in record.attempts
    ]
    fresh = [new for new, old in zip(attempts, record.attempts, strict=True) if new is not old]
    return replace(record, attempts=attempts), fresh
