"""Roll-ups of usage by hour and by day: sums of lines, and when they are added up, those of open hours' steps too.

A roll-up is never mended: an hour that is marked is added up anew from the ledger, and its day from its hours; readers
take marked hours from the ledger itself. It prints and prices nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Select, Table, delete, insert, select, text, union_all
from sqlalchemy.exc import SQLAlchemyError

from shoal.stores.database import Database
from shoal.stores.usage_cover import DAY_H
from shoal.stores.usage_lines import MEASURES
from shoal.stores.usage_marks import BATCH_ROWS, HOUR_S, STEPS, USAGE_MARKS, hour_of, mark, step_of, take_away
from shoal.stores.usage_steps import GRACE_S as STEP_GRACE_S
from shoal.stores.usage_steps import Adding, add_up_steps, adding, drop_steps, holding, summed, total
from shoal.stores.usage_tables import DAYS_OF, USAGE_DAYS_HELD, USAGE_HOURS, USAGE_TAG_HOURS, keys_of

# How long after its end an hour is taken for complete: most corrections have come by then.
GRACE_S = 90.0
INTERVAL_S = 60.0
# Ids are in the order of time, so the rows of a stretch of time lie together; else PostgreSQL reads the whole table.
NEARBY = text("SET LOCAL random_page_cost = 1.1")
# PostgreSQL's lock of those who write sums; any number that nothing else uses.
LOCK = text("SELECT pg_advisory_xact_lock(7460521)")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection all of whose reads see the database at one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Its driver begins transactions for writes alone.
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            connection.execute(NEARBY)
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
    """Adds up every marked hour that has ended before `now` (Unix seconds), every day that has, and every step that has
    of hours that are open; returns how many hours. What somebody else adds up, or marks with new rows at the same time,
    stays marked until the next time. Where there is much to do, `stopped` ends it early. Raises SQLAlchemyError."""
    engine, ended = database.engine, hour_of(now - GRACE_S)
    with snapshot(engine) as connection:
        hours = marked(connection)
    over = [hour for hour in hours if hour < ended]
    rows = adding(engine.dialect) if over else ()
    done = sum(_add_up(engine, hour, rows) for hour in takewhile(lambda _: not stopped(), over))
    with snapshot(engine) as connection:
        there = select(USAGE_HOURS.c.hour).distinct().where(USAGE_HOURS.c.hour < ended // DAY_H * DAY_H)
        days = {hour // DAY_H for hour in connection.execute(there).scalars()} - set(held(connection))
    for day in takewhile(lambda _: not stopped(), sorted(days)):
        _add_up_day(engine, day)
    for hour in takewhile(lambda _: not stopped(), (h for h in hours if h >= ended)):
        add_up_steps(engine, hour, step_of(now - STEP_GRACE_S), snapshot, _alone)
    return done


def _add_up(engine: Engine, hour: int, rows: Adding) -> bool:
    """Replaces an hour's sums, unless its marks were taken away meanwhile: from steps that hold, and from rows, all of
    which `rows` adds up. Reading holds no lock on the database."""
    with snapshot(engine) as connection:
        marks = list(connection.execute(select(USAGE_MARKS.c.id).where(USAGE_MARKS.c.hour == hour)).scalars())
        steps = [step for step in holding(connection) if step // STEPS == hour]
        adds = [(table, _with_steps(connection, table, hour, steps)) for table in DAYS_OF] if steps else rows
        span = {} if steps else {"begin": hour * HOUR_S, "end": (hour + 1) * HOUR_S}
        sums = [
            (table, [{"hour": hour, **row._mapping} for row in connection.execute(add, span)]) for table, add in adds
        ]
    with _alone(engine) as connection:
        if not take_away(connection, marks):
            connection.rollback()
            return False
        forget(connection, hour // DAY_H)
        drop_steps(connection, {hour})
        for table, found in sums:
            connection.execute(delete(table).where(table.c.hour == hour))
            if found:
                connection.execute(insert(table), found)
    return True


def _with_steps(connection: Connection, table: Table, hour: int, steps: Collection[int]) -> Select[Any]:
    keys, tagged = keys_of(table), connection.dialect if table is USAGE_TAG_HOURS else None
    span = (hour * HOUR_S, (hour + 1) * HOUR_S)
    parts = summed(table, span, steps, (*keys, *MEASURES), tagged=tagged)
    return total(union_all(*parts), keys)


def forget(connection: Connection, day: int) -> None:
    """The day's sums are to be added up anew from its hours."""
    connection.execute(delete(USAGE_DAYS_HELD).where(USAGE_DAYS_HELD.c.day == day))


def drop(connection: Connection, hours: Sequence[int]) -> None:
    """Removes the sums of these hours and of their days, and marks the hours: nothing that was added up there stays."""
    drop_steps(connection, frozenset(hours))
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
            rows = connection.execute(
                total(select(of_hours).where(of_hours.c.hour.between(first, first + DAY_H - 1)), keys_of(of_hours))
            ).all()
            connection.execute(delete(of_days).where(of_days.c.hour == first))
            if rows:
                connection.execute(insert(of_days), [{"hour": first, **row._mapping} for row in rows])
        connection.execute(insert(USAGE_DAYS_HELD), {"day": day})


class Refresher:
    """Adds up marked hours and steps every INTERVAL_S in a thread, until it is closed. A failure is logged and tried
    again."""

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
