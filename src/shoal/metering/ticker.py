"""The ticker: the thread that closes the sampler's windows and keeps the line of idle energy. It shares nothing out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from shoal.metering.counters.seam import EnergySource
from shoal.metering.idle import IdleLine
from shoal.metering.sampler import Measured, Sampler

SAVE_S = 60.0
Save = Callable[[IdleLine], None]


class Ticker:
    """Ticks every `window_s` seconds from `start` on until it is closed; closes the sources with it."""

    def __init__(
        self,
        sampler: Sampler,
        measured: Measured,
        idle: IdleLine,
        save: Save,
        sources: Mapping[str, EnergySource],
        window_s: float,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._sampler, self._measured = sampler, measured
        self._idle, self._save, self._wall = idle, save, wall
        self._sources = dict(sources)
        self._window_s = window_s
        self._saved = wall()
        self._lost: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shoal-sampler", daemon=True)

    def start(self) -> None:
        """Begins to tick."""
        self._thread.start()

    def tick(self) -> None:
        """Closes the windows that are due, notes their idle energy, and saves it now and then."""
        for closed in self._sampler.tick(self._measured):
            self._idle.note(closed, self._wall())
            if closed.window is None and closed.kind not in self._lost:
                structlog.get_logger("shoal.metering").warning("counter_window_lost", counters=closed.kind)
            (self._lost.add if closed.window is None else self._lost.discard)(closed.kind)
        now = self._wall()
        if not 0 <= now - self._saved < SAVE_S:
            self._saved = now
            self._save(self._idle)

    def close(self) -> None:
        """Closes the last windows, saves, and lets the counters go."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self.tick()
        self._save(self._idle)
        for source in self._sources.values():
            source.close()

    def _run(self) -> None:
        while not self._end.wait(self._window_s):
            self.tick()
