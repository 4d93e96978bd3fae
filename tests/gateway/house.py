"""A running gateway around scripted models, on a real socket, for the tests of this folder."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from shoal.call import Model, Patience, Placement
from shoal.chat import Passage
from shoal.config import Settings
from shoal.config.audit import Audit
from shoal.config.trust import TrustRules
from shoal.exchange import House
from shoal.gateway.app import Gateway, Limits
from shoal.gateway.listening import bind
from shoal.gateway.metrics import Metrics
from shoal.gateway.server import DrainingServer, configure
from shoal.identity import Identity, Role, mint
from shoal.limits.step import LimitsStep
from shoal.metering.step import MeteringStep
from shoal.models.registry import Registry
from shoal.stores.database import Database
from shoal.stores.journal import Journal
from shoal.stores.keys import SqlKeys
from shoal.stores.ledger import SqlLedger
from shoal.stores.usage_sums import SHOWN, Span, Sums, grouped
from shoal.trust.audit.step import AuditStep
from shoal.trust.defence.step import DefenceStep
from shoal.trust.keys import RootKey
from shoal.trust.masking.step import MaskingStep
from shoal.trust.monitoring.step import MonitoringStep
from shoal.trust.retention.keeping import Keeping, open_keeping
from tests.waiting import SOON_S


class FixedRetriever:
    """Finds always the same passages, in a collection named `known`."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def search(self, query: str, collections: Sequence[str], tenant: str, limit: int) -> list[Passage]:
        self.asked.append((query, tuple(collections)))
        return self.passages[:limit]


@dataclass
class Running:
    """A gateway under test: `member` and `admin` are keys, `url` ends without a slash."""

    url: str
    port: int
    member: str
    admin: str
    gateway: Gateway
    ledger: SqlLedger
    keys: SqlKeys
    retriever: FixedRetriever
    keeping: Keeping
    loop: asyncio.AbstractEventLoop
    server: DrainingServer

    def idle(self) -> bool:
        """Whether no request is under way any more; waits for it."""
        return asyncio.run_coroutine_threadsafe(self.gateway.traffic.empty.wait(), self.loop).result(SOON_S)

    def tasks(self) -> int:
        """Tasks on the gateway's loop."""
        return len(asyncio.all_tasks(self.loop))


@contextmanager
def running(
    folder: Path,
    *models: Model,
    drain_s: float = SOON_S,
    trust: TrustRules | None = None,
    audit: Audit | None = None,
    defence: DefenceStep | None = None,
    monitoring: MonitoringStep | None = None,
    log: AuditStep | None = None,
    metering: MeteringStep | None = None,
    step: LimitsStep | None = None,
    admin_api: Callable[[Database, Identity], ASGIApp] | None = None,
    used: Callable[[Any, str, Span], Sums] | None = None,
    **limits: Any,
) -> Iterator[Running]:
    """Runs a gateway with these models in a thread of its own, from entry to exit; nothing is masked unless `trust`
    says so, nothing kept unless `audit` does, and no other step is there unless it is given."""
    database = Database(folder)
    database.migrate()
    keys, ledger, metrics = SqlKeys(database), SqlLedger(database, Journal(folder / "journal")), Metrics()
    member, admin = mint("m", Role.MEMBER), mint("a", Role.ADMIN)
    keys.add(member.stored, admin.stored)
    retriever = FixedRetriever()
    rules, root = trust or TrustRules(mode="off"), RootKey(b"k" * 32)
    patience = Patience(first_s=2 * SOON_S, idle_s=2 * SOON_S, retries=0)
    keeping = open_keeping(Settings(trust=rules, audit=audit or Audit()), root, database)
    house = House(
        identity=Identity(keys),
        models=Registry({model.card.name: (model, patience) for model in models}),
        retriever=retriever,
        passages=3,
        fallback=lambda _: (),
        placement=Placement(),
        masking=MaskingStep(rules, root),
        defence=defence,
        monitoring=monitoring,
        audit=log,
        metering=metering,
        keeping=keeping,
        observers=(ledger.add, metrics.observe),
        ledger=ledger,
        limits=step,
        used=used,
    )
    gateway = Gateway(
        house,
        ledger,
        metrics,
        Limits(**{"body_bytes": 200_000, "body_s": SOON_S, "messages": 50, **limits}),
        keeping,
        metrics_here=True,
        admin=admin_api(database, house.identity) if admin_api is not None else None,
        grouped=lambda by, span, only: grouped(database, by, span, SHOWN, only),
    )
    bound = bind("127.0.0.1", 0, "port")
    with _thread(gateway, bound, drain_s) as (loop, server):
        port = bound.getsockname()[1]
        yield Running(
            f"http://127.0.0.1:{port}",
            port,
            member.token,
            admin.token,
            gateway,
            ledger,
            keys,
            retriever,
            keeping,
            loop,
            server,
        )
    ledger.close()
    keeping.close()
    database.close()


@contextmanager
def _thread(
    gateway: Gateway, bound: socket.socket, drain_s: float
) -> Iterator[tuple[asyncio.AbstractEventLoop, DrainingServer]]:
    started = threading.Event()
    server = DrainingServer(configure(gateway), gateway, drain_s, started.set)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server._serve([bound])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(SOON_S)
    try:
        yield loops[0], server
    finally:
        server.should_exit = True
        thread.join(2 * SOON_S)
        assert not thread.is_alive()
