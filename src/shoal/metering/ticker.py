"""The ticker: the thread that closes the sampler's windows and keeps the line of idle energy. It shares nothing out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog

from shoal.errors import ShoalError, StorageError
from shoal.metering.counters.seam import EnergySource
from shoal.metering.idle import IdleLine
from shoal.metering.sampler import Closed, Measured, Sampler
from shoal.stores.idle_energy import IdleRow

SAVE_S = 60.0


class IdleStore(Protocol):
    """Where rows of idle energy go. Raises StorageError."""

    def put(self, rows: Sequence[IdleRow]) -> None: ...


class Ticker:
    """Ticks every `window_s` seconds from `start` on until it is closed; closes the sources with it. `watch`, where it
    is set, is told of every window."""

    def __init__(
        self,
        sampler: Sampler,
        measured: Measured,
        idle: IdleLine,
        store: IdleStore,
        sources: Mapping[str, EnergySource],
        window_s: float,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._sampler, self._measured = sampler, measured
        self._idle, self._store, self._wall = idle, store, wall
        self._sources = dict(sources)
        self._window_s = window_s
        self._saved = wall()
        self.watch: Callable[[Closed], None] | None = None
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
            if self.watch is not None:
                self.watch(closed)
            if closed.window is None and closed.kind not in self._lost:
                structlog.get_logger("shoal.metering").warning("counter_window_lost", counters=closed.kind)
            (self._lost.add if closed.window is None else self._lost.discard)(closed.kind)
        now = self._wall()
        if not 0 <= now - self._saved < SAVE_S:
            self._saved = now
            self._save()

    def close(self) -> None:
        """Closes the last windows, saves, and lets the counters go."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self.tick()
        self._save()
        for source in self._sources.values():
            source.close()

    def _save(self) -> None:
        try:
            self._store.put(self._idle.rows())
        except StorageError as error:
            structlog.get_logger("shoal.metering").warning("idle_energy_not_written", cause=error.message)

    def _run(self) -> None:
        while not self._end.wait(self._window_s):
            try:
                self.tick()
            except (OSError, ShoalError) as error:
                # A window that fails must not end measuring.
                structlog.get_logger("shoal.metering").error("window_failed", cause=type(error).__name__)
