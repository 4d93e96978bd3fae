"""Rules that change while requests run: those of the settings with those of the database, read again when somebody has
changed them. It decides nothing about requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy import true
from sqlalchemy.exc import SQLAlchemyError

from shoal.config import Settings
from shoal.config.limits import Budget, Rate
from shoal.limits.rules import Increase, Limit, Rules, of_budget, of_rate, read_rules
from shoal.stores.changes import LIMITS, counted
from shoal.stores.database import Database
from shoal.stores.limit_rules import INCREASES, StoredIncrease, StoredRule, increases_where, rules_where

WATCH_S = 0.5
MICRO = 1_000_000


class LiveRules:
    """All rules as they are now. Once `watch` was called, a thread looks every WATCH_S seconds whether they were
    changed, by whatever process; while the database is away the last ones hold."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._engine = database.engine
        self._version: int | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._log = structlog.get_logger("shoal.limits")

    def read(self) -> Rules:
        """Those of the settings and those of the database. Raises SQLAlchemyError."""
        mode = self._settings.limits.mode
        with self._engine.connect() as connection:
            # Counted first: what is changed meanwhile is read again.
            version = counted(connection, LIMITS)
            rows = rules_where(connection, true())
            increases = increases_where(connection, INCREASES.c.until > time.time())
        self._version = version
        own = read_rules(self._settings.limits, self._settings.budgets)
        added = tuple(limit for row in rows for limit in limits_of(row, mode))
        return Rules((*own.limits, *added), tuple(map(_increase, increases)))

    def changed(self) -> bool:
        """Whether there is something to read again. Raises SQLAlchemyError."""
        with self._engine.connect() as connection:
            return counted(connection, LIMITS) != self._version

    def watch(self, tell: Callable[[Rules], None]) -> None:
        """Tells of new rules from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self._watch, args=(tell,), name="shoal-limits", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread, if there is one."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, tell: Callable[[Rules], None]) -> None:
        while not self._ended.wait(WATCH_S):
            try:
                if self.changed():
                    tell(self.read())
            except SQLAlchemyError as error:
                self._log.warning("limits_unwatched", cause=type(error).__name__)


def limits_of(row: StoredRule, mode: str) -> list[Limit]:
    """The limits of a row. Their counters are named by the row and by when it began to count, so that one that is
    deleted and made again, or that counts something else, begins anew."""
    terms = dict(row.terms)
    if row.kind == "rate":
        found = of_rate(row.name, Rate.model_validate(terms), mode, row.tenant)
    else:
        found = of_budget(row.name, Budget.model_validate(terms), mode, row.tenant)
    return [replace(each, id=f"{row.id}@{row.since}:{each.id}", since=row.since) for each in found]


def _increase(row: StoredIncrease) -> Increase:
    return Increase(
        *(row.budget, row.quantity, row.amount, int(row.created * MICRO), int(row.until * MICRO), row.author),
        subject=row.subject,
        tenant=None if row.rule is None else row.tenant,
    )
