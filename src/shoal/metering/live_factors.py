"""Live factors: what grids emit now, laid over the facts every few minutes, off the way of requests.

Each set of readings is a version of the facts of its own, and so of the factors, which records name and which are kept.
While a service says nothing, the yearly values hold.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime

import structlog

from shoal.config.metering import Live
from shoal.errors import ConfigError
from shoal.facts.grid import find_grid
from shoal.facts.tables import Facts
from shoal.metering.factors import Factors
from shoal.metering.live import Fetch, LiveGrid, Reading

BRITAIN = {"GBR": "GB"}


class LiveFactors:
    """Lays the readings of `live` over `facts`; `zones` are the service's names of regions of the facts."""

    def __init__(self, factors: Factors, facts: Facts, live: LiveGrid, zones: Mapping[str, str]) -> None:
        self._factors, self._facts, self._live = factors, facts, live
        self._zones = {find_grid(facts, region).name: zone for region, zone in zones.items()}
        self._fault: str | None = None

    async def turn(self, at: float) -> None:
        """One round of readings, at `at` seconds of any one clock."""
        found = {subject: await self._live.now(zone, at) for subject, zone in self._zones.items()}
        readings = {subject: reading for subject, reading in found.items() if reading is not None}
        self._factors.lay(with_readings(self._facts, readings))
        self._say()

    def _say(self) -> None:
        """Says once that the service fails, and that it answers again."""
        fault, before = self._live.fault, self._fault
        self._fault = fault
        if fault is not None and before is None:
            structlog.get_logger("shoal.metering").warning("live_grid_failed", cause=fault)
        elif fault is None and before is not None:
            structlog.get_logger("shoal.metering").info("live_grid_answers_again")


def with_readings(facts: Facts, readings: Mapping[str, Reading]) -> Facts:
    """The facts with the readings over the yearly values of those subjects; the version names the hour of the newest
    one and a digest of them all."""
    if not readings:
        return facts
    said = sorted((subject, each.quantity, each.gco2e_per_kwh, each.source) for subject, each in readings.items())
    hour = datetime.fromtimestamp(max(each.at for each in readings.values()), UTC)
    mark = f"+{hour:%Y%m%d%H}.{hashlib.sha256(repr(said).encode()).hexdigest()[:6]}"
    return facts.laid_over("grid", [each.fact(subject) for subject, each in readings.items()], mark)


def zones_of(rules: Live, facts: Facts) -> dict[str, str]:
    """The regions whose grids are read. Raises ConfigError where there is none, or one that is not known."""
    zones = dict(rules.zones) or (dict(BRITAIN) if rules.service == "great-britain" else {})
    if not zones:
        raise ConfigError(
            'metering.live.zones: name the regions that are read and the service\'s own names of them: {"DEU" = "DE"}'
        )
    for region in zones:
        try:
            find_grid(facts, region)
        except ConfigError as error:
            raise ConfigError(f"metering.live.zones: {error.message}") from None
    if rules.service != "great-britain" and rules.key is None:
        raise ConfigError(f'metering.live.key: {rules.service} needs one: write "env:NAME" or "file:PATH"')
    return zones


class LiveThread:
    """Turns every `every_s` seconds on an event loop of its own, until it is closed."""

    def __init__(
        self,
        factors: Callable[[Fetch], LiveFactors],
        fetch: Callable[[], AbstractAsyncContextManager[Fetch]],
        every_s: float,
    ) -> None:
        self._factors, self._fetch, self._every_s = factors, fetch, every_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="shoal-live-grid", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def close(self) -> None:
        """Ends at once, also in the middle of a reading."""
        self._end.set()
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            with suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            async with self._fetch() as fetch:
                live = self._factors(fetch)
                while not self._end.is_set():
                    await live.turn(time.monotonic())
                    await asyncio.sleep(self._every_s)
        except asyncio.CancelledError:
            return
