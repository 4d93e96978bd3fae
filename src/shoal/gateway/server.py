"""Runs the gateway: uvicorn, signals, draining, the metrics' own address. It knows no request."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType
from typing import TYPE_CHECKING, Literal

import structlog
import uvicorn

from shoal import __version__
from shoal.gateway.admin.page import AdminPage
from shoal.gateway.app import Gateway, Limits
from shoal.gateway.door import Door
from shoal.gateway.listening import address_of, bind, bind_metrics
from shoal.gateway.metrics import Metrics, MetricsPage
from shoal.gateway.metrics_workers import WorkersMetrics
from shoal.gateway.workers import Place, stay_until_told
from shoal.identity.limit_admin import Known
from shoal.identity.wrong_keys import PER_S, WrongKeys
from shoal.stores.usage_sums import SHOWN, grouped
from shoal.trust.audit.step import folder_of

if TYPE_CHECKING:
    from shoal.assembly import Assembly
    from shoal.identity.webhooks import Courier

CUT_S = 2.0


class DrainingServer(uvicorn.Server):
    """On the first signal the gateway goes on with what runs, refuses what is new, and ends when all is done or
    `drain_s` seconds have passed; on the second it ends at once. `started` is called once the port listens. One of
    several workers has a `lifeline`: its end is as good as a signal, and only SIGINT has it end at once, since a
    terminal or a service manager may signal all of them beside their supervisor."""

    def __init__(
        self,
        config: uvicorn.Config,
        gateway: Gateway,
        drain_s: float,
        on_start: Callable[[], None],
        lifeline: int | None = None,
    ) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._drain_s = drain_s
        self._on_start = on_start
        self._lifeline = lifeline
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("shoal.server")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then says so."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        if self._lifeline is not None:
            self._loop.add_reader(self._lifeline, self._let_go)
        self._on_start()

    def _let_go(self) -> None:
        """The supervisor stops, or is no more."""
        if self._loop is not None and self._lifeline is not None:
            self._loop.remove_reader(self._lifeline)
        if not self._gateway.traffic.draining:
            self.handle_exit(signal.SIGTERM, None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called between any two instructions: leaves the work to the loop."""
        if self._lifeline is not None and self._gateway.traffic.draining and sig == signal.SIGTERM:
            return
        if self._loop is None or self._gateway.traffic.draining:
            self.should_exit = self.force_exit = True
            return
        self._gateway.traffic.draining = True
        self._loop.call_soon_threadsafe(self._begin_drain)

    def _begin_drain(self) -> None:
        self._drain = asyncio.get_running_loop().create_task(self._until_empty())

    async def _until_empty(self) -> None:
        self._log.info("draining", wait_s=self._drain_s)
        if not await self._emptied(self._drain_s):
            self._log.warning("drain_deadline_passed", cut=self._gateway.traffic.cut())
            await self._emptied(CUT_S)
        self.should_exit = True

    async def _emptied(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await self._gateway.traffic.empty.wait()
        except TimeoutError:
            return False
        return True


async def serve(
    assembly: Assembly, metrics: Metrics, started: Callable[[str], None], place: Place | None = None
) -> None:
    """Serves until a signal ends it; `started` is told the base address once the port listens. Closes the assembly.
    One of several workers serves at its `place`.

    Raises ConfigError where an address cannot be used.
    """
    settings = assembly.settings.server
    limits = Limits(int(settings.max_body_mb * 1e6), settings.body_s, settings.max_messages)
    metrics_here = settings.metrics_bind is None
    metrics.watch(assembly.ledger)
    of = 1 if place is None else place.of
    door = Door(assembly.identity, assembly.settings.identity.trusted_proxies, WrongKeys(per_s=PER_S / of))
    gateway = Gateway(
        assembly.house,
        assembly.ledger,
        metrics,
        limits,
        assembly.keeping,
        metrics_here=metrics_here,
        door=door,
        admin=AdminPage(
            assembly.people.desk,
            door,
            __version__,
            limits.body_bytes,
            limits.body_s,
            assembly.people.sign_in,
            folder_of(assembly.settings) if assembly.audit is not None else None,
            known=Known(assembly.settings.budgets, lambda: [card.name for card in assembly.registry.cards()]),
        ),
        grouped=lambda by, span, only: grouped(assembly.database, by, span, SHOWN, only),
    )
    try:
        listening = bind(settings.host, settings.port, "server.port") if place is None else place.listening
        address = address_of(settings.host, listening)
        lifeline = None if place is None else place.lifeline

        def begin() -> None:
            started(address)
            assembly.documentation.begin()

        server = DrainingServer(configure(gateway), gateway, settings.drain_s, begin, lifeline)
        _settle_memory()
        assembly.watch()
        async with AsyncExitStack() as beside:
            if place is not None:
                stay_until_told()
                await beside.enter_async_context(_among(place, metrics))
            await beside.enter_async_context(_page(metrics, _metrics_socket(settings.metrics_bind, place)))
            await beside.enter_async_context(_delivering(assembly.people.courier))
            await server.serve(sockets=[listening])
    finally:
        await assembly.close()


def _settle_memory() -> None:
    """What is loaded now stays: the collector need not look through it again and again, and what requests leave is
    freed by counting; a run of the collector is a pause for everybody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@asynccontextmanager
async def _among(place: Place, metrics: Metrics) -> AsyncIterator[None]:
    """Gives the other workers this one's metrics, and has theirs on its page, for as long as the context lasts."""
    workers = WorkersMetrics(metrics, place.folder, place.number, place.of)
    async with workers.telling():
        metrics.gather = workers.page
        yield


def _metrics_socket(address: str | None, place: Place | None) -> socket.socket | None:
    """What the metrics' own address listens on, where they have one."""
    return bind_metrics(address) if place is None else place.metrics


@asynccontextmanager
async def _page(metrics: Metrics, listening: socket.socket | None) -> AsyncIterator[None]:
    """The metrics on their own address, where they have one, for as long as the context lasts."""
    if listening is None:
        yield
        return
    page = uvicorn.Server(configure(MetricsPage(metrics, None)))
    running = asyncio.get_running_loop().create_task(page._serve([listening]))
    try:
        yield
    finally:
        page.should_exit = True
        await running


@asynccontextmanager
async def _delivering(courier: Courier) -> AsyncIterator[None]:
    """Webhooks are told of events for as long as the context lasts, and old events go; what is left then waits for the
    next start."""
    task = asyncio.get_running_loop().create_task(courier.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def configure(app: Gateway | MetricsPage) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_protocol(),
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(CUT_S),
    )


def _protocol() -> type[asyncio.Protocol] | Literal["auto"]:
    if sys.platform == "win32":  # httptools is not installed there; h11 bounds the head itself
        return "auto"
    from shoal.gateway.protocol import BoundedHead

    return BoundedHead
