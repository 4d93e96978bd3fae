"""Roll-ups of usage by hour and by day: sums of lines, keyed by who, what, how it is known, and the factors' version.

A roll-up is never mended: an hour that is marked is added up anew from the ledger, and its day from its hours; readers
take marked hours from the ledger itself. It prints and prices nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import structlog
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from shoal.stores.database import Database
from shoal.stores.usage_cover import DAY_H
from shoal.stores.usage_lines import COUNTS, DIMENSIONS, FLOATS, KNOWN, MEASURES, lines
from shoal.stores.usage_marks import HOUR_S, USAGE_MARKS, hour_of, mark

# By tag an exchange counts under each of its tags, so tags have sums of their own; and with fewer dimensions, since
# there may be as many tags as exchanges.
OF_TAGS = ("tenant", "tag", "tier", "facts", "method")
# How long after its end an hour is taken for complete: most corrections have come by then.
GRACE_S = 90.0
INTERVAL_S = 60.0
BATCH_ROWS = 500
# PostgreSQL's lock of those who write sums; any number that nothing else uses.
LOCK = text("SELECT pg_advisory_xact_lock(7460521)")
_METADATA = MetaData()


def _table(name: str, dimensions: Sequence[str]) -> Table:
    return Table(
        name,
        _METADATA,
        Column("hour", Integer, primary_key=True),
        *(Column(each, String, primary_key=True) for each in dimensions),
        *(Column(each, Integer) for each in (*COUNTS, *KNOWN)),
        *(Column(each, Float) for each in FLOATS),
    )


USAGE_HOURS, USAGE_TAG_HOURS = _table("usage_hours", DIMENSIONS), _table("usage_tag_hours", OF_TAGS)
# The same by days; `hour` is the day's first. A day is added up if it is in `usage_days_held`.
USAGE_DAYS, USAGE_TAG_DAYS = _table("usage_days", DIMENSIONS), _table("usage_tag_days", OF_TAGS)
USAGE_DAYS_HELD = Table("usage_days_held", _METADATA, Column("day", Integer, primary_key=True))
DAYS_OF = {USAGE_HOURS: USAGE_DAYS, USAGE_TAG_HOURS: USAGE_TAG_DAYS}
ROLL_UPS = (USAGE_HOURS, USAGE_TAG_HOURS, USAGE_DAYS, USAGE_TAG_DAYS)


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


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction beside which nobody else writes sums."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(LOCK)
        yield connection


def marked(connection: Connection, begin: int = 0, end: int | None = None) -> list[int]:
    """The marked hours from `begin` to before `end`, in order."""
    chosen = select(USAGE_MARKS.c.hour).distinct().where(USAGE_MARKS.c.hour >= begin)
    if end is not None:
        chosen = chosen.where(USAGE_MARKS.c.hour < end)
    return list(connection.execute(chosen.order_by(USAGE_MARKS.c.hour)).scalars())


def held(connection: Connection) -> list[int]:
    """The days, since 1970, whose sums were added up."""
    return list(connection.execute(select(USAGE_DAYS_HELD.c.day)).scalars())


def refresh(database: Database, now: float, stopped: Callable[[], bool] = lambda: False) -> int:
    """Adds up every marked hour that has ended before `now` (Unix seconds), and every day that has; returns how many
    hours. An hour that somebody else adds up, or marks with new rows at the same time, stays marked until the next
    time. Where there is much to do, `stopped` ends it early. Raises SQLAlchemyError."""
    ended = hour_of(now - GRACE_S)
    with snapshot(database.engine) as connection:
        hours = marked(connection, end=ended)
    statements = [(table, _of_hour(connection, table)) for table in DAYS_OF] if hours else []
    done = sum(_add_up(database.engine, hour, statements) for hour in takewhile(lambda _: not stopped(), hours))
    with snapshot(database.engine) as connection:
        there = select(USAGE_HOURS.c.hour).distinct().where(USAGE_HOURS.c.hour < ended // DAY_H * DAY_H)
        days = {hour // DAY_H for hour in connection.execute(there).scalars()} - set(held(connection))
    for day in takewhile(lambda _: not stopped(), sorted(days)):
        _add_up_day(database.engine, day)
    return done


def _of_hour(connection: Connection, table: Table) -> Select[Any]:
    """The sums of one hour; from "begin" to before "end", in Unix seconds."""
    tagged = connection.dialect if table is USAGE_TAG_HOURS else None
    names = [column.name for column in table.primary_key if column.name != "hour"]
    span = (bindparam("begin", type_=Float), bindparam("end", type_=Float))
    each = lines(*span, columns=(*names, *MEASURES), tagged=tagged).subquery()
    keys = [each.c[name] for name in names]
    return select(*keys, *(func.sum(each.c[name]).label(name) for name in MEASURES)).group_by(*keys)


def _add_up(engine: Engine, hour: int, statements: Sequence[tuple[Table, Select[Any]]]) -> bool:
    """Replaces an hour's sums, unless its marks were taken away meanwhile. Reading holds no lock on the database."""
    span = {"begin": hour * HOUR_S, "end": (hour + 1) * HOUR_S}
    with snapshot(engine) as connection:
        marks = list(connection.execute(select(USAGE_MARKS.c.id).where(USAGE_MARKS.c.hour == hour)).scalars())
        sums = [
            (table, [{"hour": hour, **row._mapping} for row in connection.execute(statement, span)])
            for table, statement in statements
        ]
    with _alone(engine) as connection:
        if _take_away(connection, marks) < len(marks):
            connection.rollback()
            return False
        forget(connection, hour // DAY_H)
        for table, rows in sums:
            connection.execute(delete(table).where(table.c.hour == hour))
            if rows:
                connection.execute(insert(table), rows)
    return True


def _take_away(connection: Connection, marks: Sequence[int]) -> int:
    parts = (marks[at : at + BATCH_ROWS] for at in range(0, len(marks), BATCH_ROWS))
    return sum(connection.execute(delete(USAGE_MARKS).where(USAGE_MARKS.c.id.in_(part))).rowcount for part in parts)


def forget(connection: Connection, day: int) -> None:
    """The day's sums are to be added up anew from its hours."""
    connection.execute(delete(USAGE_DAYS_HELD).where(USAGE_DAYS_HELD.c.day == day))


def drop(connection: Connection, hours: Sequence[int]) -> None:
    """Removes the sums of these hours and of their days, and marks the hours: nothing that was added up there stays."""
    for at in range(0, len(hours), BATCH_ROWS):
        some = hours[at : at + BATCH_ROWS]
        days = sorted({hour // DAY_H for hour in some})
        for of_hours, of_days in DAYS_OF.items():
            connection.execute(delete(of_hours).where(of_hours.c.hour.in_(some)))
            connection.execute(delete(of_days).where(of_days.c.hour.in_([day * DAY_H for day in days])))
        connection.execute(delete(USAGE_DAYS_HELD).where(USAGE_DAYS_HELD.c.day.in_(days)))
    mark(connection, hours)


def _add_up_day(engine: Engine, day: int) -> None:
    first = day * DAY_H
    with _alone(engine) as connection:
        if marked(connection, first, first + DAY_H):
            return
        forget(connection, day)
        for of_hours, of_days in DAYS_OF.items():
            keys = [column for column in of_hours.primary_key if column.name != "hour"]
            sums = select(*keys, *(func.sum(of_hours.c[name]).label(name) for name in MEASURES)).group_by(*keys)
            rows = connection.execute(sums.where(of_hours.c.hour.between(first, first + DAY_H - 1))).all()
            connection.execute(delete(of_days).where(of_days.c.hour == first))
            if rows:
                connection.execute(insert(of_days), [{"hour": first, **row._mapping} for row in rows])
        connection.execute(insert(USAGE_DAYS_HELD), {"day": day})


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
                refresh(self._database, time.time(), self._closing.is_set)
            except SQLAlchemyError as error:
                log.warning("usage_hours_not_refreshed", cause=type(error).__name__)
