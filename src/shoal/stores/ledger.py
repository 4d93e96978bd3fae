"""The ledger: what each exchange cost and which attempts it took. No prompt, no reply, nothing that was said.

Records are written in batches by a thread, off the way of a request; a reader sees them at once.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

import structlog
from sqlalchemy import JSON, Boolean, Column, Float, Integer, MetaData, Row, String, Table, bindparam, insert, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Impacts, Range, Tier
from shoal.stores.database import Database
from shoal.stores.usage_marks import roll_up

_METADATA = MetaData()
# What is summed in reports, of each attempt: three columns each, the expected value under the bare name.
QUANTITIES = (
    *("energy_wh", "usage_gco2e", "embodied_gco2e", "water_ml", "cost_usd"),
    *("market_gco2e", "marginal_gco2e", "materials_gsbeq"),
)
ENDS = ("{}_low", "{}", "{}_high")
RANGES = tuple(end.format(name) for name in QUANTITIES for end in ENDS)
EXCHANGES = Table(
    "exchanges",
    _METADATA,
    *(Column(name, String) for name in ("id", "tenant", "key_id", "asked", "model", "reason", "outcome")),
    *(Column(name, Float) for name in ("started", "confidence", "first_piece_s", "latency_s")),
    Column("streamed", Boolean),
    Column("tags", JSON(none_as_null=True)),
    Column("trust", JSON(none_as_null=True)),
    Column("person", String),
    Column("impacts", JSON(none_as_null=True)),
    Column("team", String),
    Column("user", String),
)
ATTEMPTS = Table(
    "attempts",
    _METADATA,
    *(Column(name, String) for name in ("exchange_id", "model", "host", "purpose", "outcome")),
    *(Column(name, Float) for name in ("started", "first_piece_s", "latency_s", "cpu_s")),
    *(Column(name, Integer) for name in ("position", "retry", "pieces")),
    *(Column(name, Integer) for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")),
    *(Column(name, Float) for name in ("concurrency", "measured_j", *RANGES)),
    *(Column(name, String) for name in ("tier", "facts", "method", "zone")),
    # The location-based factor that the figures rest on.
    Column("grid_gco2e_per_kwh", Float),
)
READ_ROWS = 1000
BATCH_S = 0.25
BATCH_ROWS = 500
MOST_WAITING = 100_000


@dataclass(slots=True)
class Record:
    """One exchange. `started` is Unix time in seconds; `asked` the model that the caller named, `model` the one that
    answered and `reason` why; `outcome` "ok", "cancelled" or an error's code; `trust` what the trust layer did, in
    counts (`trust/masking/session.py`); `person` a keyed hash of whom the caller named (`retention/person.py`);
    `impacts` the sum over all attempts, None where nothing is metered; `team` and `user` those of the key then."""

    id: str
    tenant: str
    key_id: str
    started: float
    asked: str
    streamed: bool
    model: str | None = None
    reason: str | None = None
    confidence: float | None = None
    outcome: str = "open"
    first_piece_s: float | None = None
    latency_s: float = 0.0
    tags: dict[str, str] | None = None
    trust: dict[str, Any] | None = None
    person: str | None = None
    impacts: Impacts | None = None
    team: str | None = None
    user: str | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def usage(self) -> Usage:
        """The sum over all attempts, failed ones included."""
        total = Usage()
        for attempt in self.attempts:
            total = total.plus(attempt.usage)
        return total


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the trust layer did in one exchange (`Record.trust`), and the hosts that were called, reached or not."""

    trust: dict[str, Any]
    hosts: frozenset[str]


class Ledger(Protocol):
    """Where records go."""

    def add(self, record: Record) -> None: ...

    def get(self, exchange_id: str) -> Record | None: ...

    def sightings(self, since: float, tenant: str | None = None) -> Iterator[Sighting]: ...

    def close(self) -> None: ...


class SqlLedger:
    """The ledger in the database. While the database fails, up to MOST_WAITING records wait in memory."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        # Rows go to the driver as plain tuples: SQLAlchemy's own handling of parameters costs four times the insert.
        self._insert_exchanges = str(insert(EXCHANGES).compile(dialect=database.engine.dialect))
        self._insert_attempts = str(insert(ATTEMPTS).compile(dialect=database.engine.dialect))
        self._waiting: deque[Record] = deque()
        self._index: dict[str, Record] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._log = structlog.get_logger("shoal.ledger")
        self._thread = threading.Thread(target=self._run, name="shoal-ledger", daemon=True)
        self._thread.start()

    def add(self, record: Record) -> None:
        """Takes the record; it is in the database within about BATCH_S."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                dropped = self._waiting.popleft()
                self._index.pop(dropped.id, None)
                self._log.error("ledger_record_dropped", exchange=dropped.id)
            self._waiting.append(record)
            self._index[record.id] = record
        if len(self._waiting) >= BATCH_ROWS:
            self._wake.set()

    def get(self, exchange_id: str) -> Record | None:
        """The record of that exchange, written yet or not."""
        with self._lock:
            waiting = self._index.get(exchange_id)
        return waiting or self._read(exchange_id)

    def sightings(self, since: float, tenant: str | None = None) -> Iterator[Sighting]:
        """The exchanges begun at `since` (Unix seconds) or later, one by one; of all tenants where none is named. Read
        from the database as they are asked for: however many there are, few are in memory."""
        columns = (EXCHANGES.c.id, EXCHANGES.c.trust, ATTEMPTS.c.host)
        joined = EXCHANGES.outerjoin(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id)
        chosen = (
            select(*columns).select_from(joined).where(EXCHANGES.c.started >= since, EXCHANGES.c.trust.is_not(None))
        )
        if tenant is not None:
            chosen = chosen.where(EXCHANGES.c.tenant == tenant)
        with self._engine.connect() as connection:
            streamed = connection.execution_options(yield_per=READ_ROWS).execute(chosen.order_by(EXCHANGES.c.id))
            for _, rows in groupby(streamed, key=lambda row: row.id):
                yield _sighting(list(rows))

    def close(self) -> None:
        """Writes what is left and stops the thread."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(BATCH_S)
            self._wake.clear()
            self._flush()
        self._flush()

    def _flush(self) -> None:
        while self._waiting:
            with self._lock:
                batch = [self._waiting[at] for at in range(min(BATCH_ROWS, len(self._waiting)))]
            try:
                self._write(batch)
            except OperationalError as error:
                self._log.error("ledger_write_failed", waiting=len(self._waiting), cause=type(error).__name__)
                return
            except (SQLAlchemyError, ValueError):
                self._write_singly(batch)
            with self._lock:
                for record in batch:
                    self._index.pop(record.id, None)
                    if self._waiting and self._waiting[0] is record:
                        self._waiting.popleft()

    def _write(self, batch: Sequence[Record]) -> None:
        attempts = [_attempt_row(record.id, at, each) for record in batch for at, each in enumerate(record.attempts)]
        with self._engine.begin() as connection:
            connection.exec_driver_sql(self._insert_exchanges, [_exchange_row(record) for record in batch])
            if attempts:
                connection.exec_driver_sql(self._insert_attempts, attempts)
            roll_up(connection, batch)

    def _write_singly(self, batch: Sequence[Record]) -> None:
        """One record that the database refuses must not hold up the others."""
        for record in batch:
            try:
                self._write([record])
            except (SQLAlchemyError, ValueError) as error:
                self._log.error("ledger_record_refused", exchange=record.id, cause=type(error).__name__)

    def _read(self, exchange_id: str) -> Record | None:
        of_exchange = select(ATTEMPTS).where(ATTEMPTS.c.exchange_id == exchange_id).order_by(ATTEMPTS.c.position)
        with self._engine.connect() as connection:
            # A compiled statement keeps the values that it was first made with: those of callers go beside it.
            wanted = select(EXCHANGES).where(EXCHANGES.c.id == bindparam("wanted"))
            row = connection.execute(wanted, {"wanted": exchange_id}).first()
            if row is None:
                return None
            attempts = [_attempt(dict(each._mapping)) for each in connection.execute(of_exchange)]
        fields = dict(row._mapping)
        impacts = fields.pop("impacts")
        return Record(**fields, impacts=Impacts.from_record(impacts) if impacts else None, attempts=attempts)


def _sighting(rows: Sequence[Row[Any, Any, Any]]) -> Sighting:
    return Sighting(rows[0].trust, frozenset(row.host for row in rows if row.host is not None))


_USAGE_FIELDS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "cpu_s")
_ATTEMPT_FIELDS = (
    *("model", "host", "purpose", "started", "retry", "outcome", "pieces", "first_piece_s", "latency_s"),
    *("concurrency", "measured_j", "facts"),
)


def _exchange_row(record: Record) -> tuple[Any, ...]:
    """The record's values in the order of the table's columns."""
    tags = json.dumps(record.tags) if record.tags else None
    trust = json.dumps(record.trust) if record.trust else None
    impacts = json.dumps(record.impacts.to_record()) if record.impacts is not None else None
    return (
        *(record.id, record.tenant, record.key_id, record.asked, record.model, record.reason, record.outcome),
        *(record.started, record.confidence, record.first_piece_s, record.latency_s),
        *(record.streamed, tags, trust, record.person, impacts, record.team, record.user),
    )


def _attempt_row(exchange_id: str, position: int, attempt: Attempt) -> tuple[Any, ...]:
    """The attempt's values in the order of the table's columns."""
    usage = attempt.usage
    return (
        *(exchange_id, attempt.model, attempt.host, attempt.purpose, attempt.outcome),
        *(attempt.started, attempt.first_piece_s, attempt.latency_s, usage.cpu_s),
        *(position, attempt.retry, attempt.pieces),
        *(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens),
        *(attempt.concurrency, attempt.measured_j, *_ends(attempt.impacts)),
        *(attempt.impacts.tier if attempt.impacts is not None else None, attempt.facts, *_factor(attempt.impacts)),
    )


def _factor(impacts: Impacts | None) -> tuple[str | None, str | None, float | None]:
    """Method, zone and grid factor of one attempt, which rests on one basis at most."""
    if impacts is None or not impacts.bases:
        return None, None, None
    basis = impacts.bases[0]
    return basis.method, basis.zone, basis.grid_gco2e_per_kwh


def _ends(impacts: Impacts | None) -> Iterator[float | None]:
    """Low, expected and high of each quantity; None three times where it is not known."""
    for name in QUANTITIES:
        found: Range | None = getattr(impacts, name, None)
        yield from (None, None, None) if found is None else (found.low, found.expected, found.high)


def _impacts(row: dict[str, Any]) -> Impacts | None:
    """What the columns tell of an attempt's impacts; None where it was not metered."""
    if row["facts"] is None:
        return None
    energy, usage, embodied, water, cost, market, marginal, materials = (_range(row, name) for name in QUANTITIES)
    tier = Tier(row["tier"]) if row["tier"] else None
    return Impacts(energy, usage, embodied, market, marginal, water, materials, cost, tier)


def _range(row: dict[str, Any], name: str) -> Range | None:
    return None if row[name] is None else Range(*(row[end.format(name)] for end in ENDS))


def _attempt(row: dict[str, Any]) -> Attempt:
    usage = Usage(**{name: row[name] for name in _USAGE_FIELDS})
    fields = {name: row[name] for name in _ATTEMPT_FIELDS} | {"purpose": Purpose(row["purpose"])}
    return Attempt(**fields, usage=usage, impacts=_impacts(row))
