"""The outbox: events that happened and who is still to be told, so that a crash loses none. It sends nothing."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from os import urandom
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from shoal.stores.database import upsert

_METADATA = MetaData()
EVENTS = Table(
    "events",
    _METADATA,
    *(Column(name, String) for name in ("id", "name", "tenant")),
    Column("created", Float),
    Column("data", JSON),
    Column("dedupe", String),
)
DELIVERIES = Table(
    "deliveries",
    _METADATA,
    *(Column(name, String) for name in ("event_id", "webhook", "outcome")),
    Column("attempts", Integer),
    Column("next_try", Float),
)
LONGEST_DEDUPE = 200
PENDING, DELIVERED, GIVEN_UP = "pending", "delivered", "given up"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in an organisation. `data` holds names and numbers, never what was said; of two with the
    same `dedupe` only the first is kept. `created` is Unix seconds."""

    id: str
    name: str
    tenant: str
    created: float
    data: Mapping[str, Any]
    dedupe: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that a webhook is still to be told; `attempts` were made."""

    event: Event
    webhook: str
    attempts: int


def new_event(name: str, tenant: str, data: Mapping[str, Any], dedupe: str | None = None) -> Event:
    """An event of now."""
    now = time.time()
    # Begins with the time in ms, so that ids are in the order of the events.
    event_id = f"evt_{int(now * 1000):012x}{urandom(8).hex()}"
    if dedupe is not None and not (len(dedupe) <= LONGEST_DEDUPE and dedupe.isprintable()):
        dedupe = sha256(dedupe.encode("utf-8", "surrogatepass")).hexdigest()
    return Event(event_id, name, tenant, now, orjson.loads(orjson.dumps(dict(data), default=str)), dedupe)


def add_event(connection: Connection, event: Event, webhooks: Sequence[str]) -> bool:
    """Stores it with what is to be delivered, in the transaction under way; False where there was one with this
    `dedupe` already."""
    row = {name: getattr(event, name) for name in event.__slots__} | {"data": dict(event.data)}
    fresh = upsert(connection, EVENTS).values(row).on_conflict_do_nothing().returning(EVENTS.c.id)
    added = connection.execute(fresh).first() is not None
    if added and webhooks:
        connection.execute(
            insert(DELIVERIES),
            [
                {"event_id": event.id, "webhook": name, "outcome": PENDING, "attempts": 0, "next_try": event.created}
                for name in webhooks
            ],
        )
    return added


def events_page(
    connection: Connection, tenant: str, after: tuple[float, str] | None, limit: int
) -> list[tuple[Event, dict[str, str]]]:
    """At most `limit` events of an organisation, newest first, and by webhook what became of their delivery."""
    where = EVENTS.c.tenant == tenant
    if after is not None:
        created, name = after
        where = and_(where, or_(EVENTS.c.created < created, and_(EVENTS.c.created == created, EVENTS.c.id < name)))
    wanted = select(EVENTS).where(where).order_by(EVENTS.c.created.desc(), EVENTS.c.id.desc()).limit(limit)
    events = [Event(**dict(row._mapping)) for row in connection.execute(wanted)]
    told: dict[str, dict[str, str]] = {event.id: {} for event in events}
    for row in connection.execute(select(DELIVERIES).where(DELIVERIES.c.event_id.in_(told))):
        told[row.event_id][row.webhook] = row.outcome
    return [(event, told[event.id]) for event in events]


class SqlOutbox:
    """The outbox in the database. Several processes may deliver from it: who claims a delivery has it for a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, events: Sequence[tuple[Event, Sequence[str]]]) -> list[Event]:
        """Stores events, each with the webhooks to be told; returns those that were new."""
        with self._engine.begin() as connection:
            return [event for event, webhooks in events if add_event(connection, event, webhooks)]

    def claim(self, webhooks: Sequence[str], now: float, lease_s: float, limit: int) -> list[Delivery]:
        """What is due for these webhooks, oldest first; nobody else is handed the same within `lease_s`."""
        due = (DELIVERIES.c.next_try <= now) & DELIVERIES.c.webhook.in_(webhooks)
        joined = select(EVENTS, DELIVERIES.c.webhook, DELIVERIES.c.attempts, DELIVERIES.c.next_try).join(
            DELIVERIES, DELIVERIES.c.event_id == EVENTS.c.id
        )
        with self._engine.connect() as connection:
            rows = connection.execute(joined.where(due).order_by(DELIVERIES.c.next_try).limit(limit)).all()
        if not rows:
            return []
        with self._engine.begin() as connection:
            return [_delivery(row) for row in rows if _mark(connection, row, now + lease_s)]

    def settle(self, delivery: Delivery, outcome: str, next_try: float | None) -> None:
        """Notes what became of a delivery: `next_try` in Unix seconds, None where there is nothing left to do."""
        one = (DELIVERIES.c.event_id == delivery.event.id) & (DELIVERIES.c.webhook == delivery.webhook)
        with self._engine.begin() as connection:
            connection.execute(update(DELIVERIES).where(one).values(outcome=outcome, next_try=next_try))

    def forget(self, before: float, webhooks: Collection[str]) -> int:
        """Removes events of before (Unix seconds) of which nothing is left to deliver to these webhooks, which are all
        that there are; returns how many."""
        waiting = select(DELIVERIES.c.event_id).where(
            DELIVERIES.c.next_try.is_not(None), DELIVERIES.c.webhook.in_(webhooks)
        )
        with self._engine.begin() as connection:
            old = select(EVENTS.c.id).where(EVENTS.c.created < before, EVENTS.c.id.not_in(waiting))
            connection.execute(delete(DELIVERIES).where(DELIVERIES.c.event_id.in_(old)))
            return connection.execute(delete(EVENTS).where(EVENTS.c.id.in_(old))).rowcount


def _mark(connection: Connection, row: Any, until: float) -> bool:
    """Whether the delivery could be claimed: nobody else did since it was read."""
    one = (DELIVERIES.c.event_id == row.id) & (DELIVERIES.c.webhook == row.webhook)
    still = one & (DELIVERIES.c.next_try == row.next_try)
    claimed = update(DELIVERIES).where(still).values(next_try=until, attempts=DELIVERIES.c.attempts + 1)
    return connection.execute(claimed).rowcount == 1


def _delivery(row: Any) -> Delivery:
    event = Event(row.id, row.name, row.tenant, row.created, row.data, row.dedupe)
    return Delivery(event, row.webhook, row.attempts + 1)
