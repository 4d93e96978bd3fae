"""What happens with keys, budgets and limits, told to the log, the audit and webhooks. It sends nothing itself."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from fnmatch import fnmatchcase
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError, SQLAlchemyError

from shoal.chat import Json
from shoal.config.events import EventRules, Webhook
from shoal.identity.administration import Change
from shoal.identity.rights import reach
from shoal.stores.events import Event, SqlOutbox, add_event, events_page, new_event

AGAIN_S = 1.0
MOST_WAITING = 10_000
# What says that the database, not the event, is at fault; a table that is missing too.
AWAY = (OperationalError, InterfaceError, ProgrammingError)
Waiting = tuple[Event, "Future[bool]"]


class Events:
    """Takes events. Those of a change are stored in its own transaction; others by a thread, within milliseconds, off
    the way of a request. `record` writes changes into the audit, `check` raises where it cannot."""

    def __init__(
        self,
        outbox: SqlOutbox,
        rules: EventRules,
        record: Callable[[str, str, Mapping[str, Any]], None] = lambda *_: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.check = check
        self._outbox = outbox
        self._rules = rules
        self._record = record
        self._waiting: deque[Waiting] = deque()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger("shoal.events")
        # Told, in any thread, that there is something to deliver.
        self.listeners: list[Callable[[], None]] = []

    def emit(self, name: str, tenant: str, data: Mapping[str, Any], dedupe: str | None = None) -> Future[bool]:
        """Takes an event: `data` holds names and numbers alone. It blocks nobody; the result says, once it is stored,
        whether it was new. Of two with the same `dedupe` only the first counts."""
        waiting: Waiting = (new_event(name, tenant, data, dedupe), Future())
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                dropped, future = self._waiting.popleft()
                future.set_result(False)
                self._log.error("event_dropped", kind=dropped.name, organisation=dropped.tenant)
            self._waiting.append(waiting)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="shoal-events", daemon=True)
                self._thread.start()
        self._wake.set()
        return waiting[1]

    def within(self, connection: Connection, name: str, tenant: str, facts: Mapping[str, Any]) -> None:
        """Stores the event of a change in its own transaction."""
        add_event(connection, new_event(name, tenant, facts), self.webhooks(name, tenant))

    def after(self, name: str, tenant: str, facts: Mapping[str, Any]) -> None:
        """Tells of a change that was made."""
        self._record(name, tenant, facts)
        self._log.info(name, **{**facts, "organisation": tenant})
        self._tell()

    def webhooks(self, name: str, tenant: str) -> list[str]:
        """The names of the webhooks that are told of this."""
        return [hook for hook, rules in self._rules.webhooks.items() if _wants(rules, name, tenant)]

    def close(self) -> None:
        """Stores what is left and ends the thread, if there is one."""
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            # Asked before: what comes while others are stored is stored too.
            ended = self._ended.is_set()
            stored = self._store()
            if ended:
                return
            if not stored:
                self._ended.wait(AGAIN_S)
                self._wake.set()

    def _store(self) -> bool:
        """Stores what waits; False where the database fails, and what waits stays."""
        with self._lock:
            batch = list(self._waiting)
        if not batch:
            return True
        try:
            added = self._add(batch)
        except SQLAlchemyError as error:
            self._log.error("events_not_stored", waiting=len(batch), cause=type(error).__name__)
            return False
        with self._lock:
            known = {id(each) for each in batch}
            self._waiting = deque(each for each in self._waiting if id(each) not in known)
        for event, future in batch:
            self._done(event, future, new=event in added)
        self._tell()
        return True

    def _add(self, batch: Sequence[Waiting]) -> list[Event]:
        """Stores events; one that no database takes is left out, so that it does not keep the others waiting for ever.
        Raises SQLAlchemyError where the database is away."""
        rows = [(event, self.webhooks(event.name, event.tenant)) for event, _ in batch]
        try:
            return self._outbox.add(rows)
        except AWAY:
            raise
        except SQLAlchemyError as error:
            if len(batch) > 1:
                return [event for each in batch for event in self._add([each])]
            name = batch[0][0].name
            self._log.error("event_refused", kind=name, cause=type(error).__name__)
            return []

    def _done(self, event: Event, future: Future[bool], *, new: bool) -> None:
        if new:
            facts = {field: value for field, value in event.data.items() if field != "event"}
            self._log.info(event.name, **{**facts, "organisation": event.tenant, "id": event.id})
        if not future.done():
            future.set_result(new)

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()


def list_events(change: Change, limit: int, after: tuple[float, str] | None) -> list[tuple[Event, dict[str, str]]]:
    """At most `limit` events of the actor's organisation, newest first, and what became of their deliveries. Raises
    PermissionDenied."""
    reach(change.actor, "events")
    return events_page(change.connection, change.actor.tenant, after, limit)


def event_wire(event: Event, deliveries: Mapping[str, str] | None = None) -> Json:
    """The event as it is shown and sent."""
    shown: Json = {
        "object": "shoal.event",
        "id": event.id,
        "name": event.name,
        "organisation": event.tenant,
        "created": event.created,
        "data": dict(event.data),
    }
    return shown if deliveries is None else {**shown, "deliveries": dict(deliveries)}


def _wants(rules: Webhook, name: str, tenant: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in rules.names) and any(
        fnmatchcase(tenant, pattern) for pattern in rules.tenants
    )
