"""Hourly roll-ups of usage: the sums of an hour's lines, keyed by who, what, how it is known, and the factors' version.

A roll-up is never mended: an hour that is marked is added up anew from the ledger, and readers take marked hours from
the ledger itself. It prints and prices nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import Column, Connection, Engine, Float, Integer, MetaData, String, Table, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.stores.database import Database
from shoal.stores.usage_lines import COUNTS, DIMENSIONS, FLOATS, KNOWN, MEASURES, lines
from shoal.stores.usage_marks import HOUR_S, USAGE_MARKS, hour_of

# By tag an exchange counts under each of its tags, so tags have sums of their own; and with fewer dimensions, since
# there may be as many tags as exchanges.
OF_TAGS = ("tenant", "tag", "tier", "facts", "method")
# How long after its end an hour is taken for complete: most corrections have come by then.
GRACE_S = 90.0
INTERVAL_S = 60.0
BATCH_ROWS = 500


def _table(name: str, dimensions: Sequence[str]) -> Table:
    return Table(
        name,
        MetaData(),
        Column("hour", Integer, primary_key=True),
        *(Column(each, String, primary_key=True) for each in dimensions),
        *(Column(each, Integer) for each in (*COUNTS, *KNOWN)),
        *(Column(each, Float) for each in FLOATS),
    )


USAGE_HOURS = _table("usage_hours", DIMENSIONS)
USAGE_TAG_HOURS = _table("usage_tag_hours", OF_TAGS)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection all of whose reads see the database at one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Its driver begins transactions for writes alone.
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def marked(connection: Connection, begin: int = 0, end: int | None = None) -> list[int]:
    """The marked hours from `begin` to before `end`, in order."""
    chosen = select(USAGE_MARKS.c.hour).distinct().where(USAGE_MARKS.c.hour >= begin)
    if end is not None:
        chosen = chosen.where(USAGE_MARKS.c.hour < end)
    return list(connection.execute(chosen.order_by(USAGE_MARKS.c.hour)).scalars())


def refresh(database: Database, now: float) -> int:
    """Adds up every marked hour that has ended before `now` (Unix seconds); returns how many. An hour that somebody
    else adds up, or marks with new rows at the same time, stays marked until the next time. Raises SQLAlchemyError."""
    with snapshot(database.engine) as connection:
        hours = marked(connection, end=hour_of(now - GRACE_S))
    return sum(_add_up(database.engine, hour) for hour in hours)


def _add_up(engine: Engine, hour: int) -> bool:
    """Replaces an hour's sums, unless its marks were taken away meanwhile. Reading holds no lock on the database."""
    with snapshot(engine) as connection:
        marks = list(connection.execute(select(USAGE_MARKS.c.id).where(USAGE_MARKS.c.hour == hour)).scalars())
        sums = [(table, _sums(connection, table, hour)) for table in (USAGE_HOURS, USAGE_TAG_HOURS)]
    with engine.connect() as connection, connection.begin() as transaction:
        if _take_away(connection, marks) < len(marks):
            transaction.rollback()
            return False
        for table, rows in sums:
            connection.execute(delete(table).where(table.c.hour == hour))
            if rows:
                connection.execute(insert(table), rows)
    return True


def _take_away(connection: Connection, marks: Sequence[int]) -> int:
    parts = (marks[at : at + BATCH_ROWS] for at in range(0, len(marks), BATCH_ROWS))
    return sum(connection.execute(delete(USAGE_MARKS).where(USAGE_MARKS.c.id.in_(part))).rowcount for part in parts)


def _sums(connection: Connection, table: Table, hour: int) -> list[dict[str, Any]]:
    tagged = connection.dialect if table is USAGE_TAG_HOURS else None
    names = [column.name for column in table.primary_key if column.name != "hour"]
    each = lines(hour * HOUR_S, (hour + 1) * HOUR_S, columns=(*names, *MEASURES), tagged=tagged).subquery()
    keys = [each.c[name] for name in names]
    statement = select(*keys, *(func.sum(each.c[name]).label(name) for name in MEASURES)).group_by(*keys)
    return [{"hour": hour, **row._mapping} for row in connection.execute(statement)]


class Refresher:
    """Adds up marked hours every INTERVAL_S in a thread, until it is closed. A failure is logged and tried again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shoal-usage-hours", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops the thread, after the hour that it is at."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        log = structlog.get_logger("shoal.usage")
        while not self._closing.wait(INTERVAL_S):
            try:
                refresh(self._database, time.time())
            except SQLAlchemyError as error:
                log.warning("usage_hours_not_refreshed", cause=type(error).__name__)
