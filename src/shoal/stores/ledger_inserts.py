"""Puts rows of the ledger into the database: those that are there already are replaced, or left alone. One way for
SQLite, one for PostgreSQL; neither knows what a row says.

With PostgreSQL rows go by COPY into a temporary table and from there into their own: a third of the CPU of inserts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from sqlite3 import sqlite_version_info
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from shoal.stores.database import Database, upsert
from shoal.stores.ledger_rows import ATTEMPTS, EXCHANGES

Rows = Sequence[tuple[Any, ...]]
# A power of four, unless that is more values than SQLite takes at once.
ROWS_AT_ONCE = 256
MOST_VALUES = 32_766 if sqlite_version_info >= (3, 32) else 999
KEYS = {EXCHANGES.name: ("id",), ATTEMPTS.name: ("exchange_id", "position")}


class Inserts(Protocol):
    """Puts rows, which are tuples in the order of the columns. Raises SQLAlchemyErrors and what odd values raise."""

    def replace(self, connection: Connection, table: Table, rows: Rows) -> None: ...

    def keep(self, connection: Connection, table: Table, rows: Rows) -> None: ...


def inserts_for(database: Database) -> Inserts:
    """The way of that database."""
    return CopyInserts(database.engine) if database.postgres else PlainInserts(database.engine)


class PlainInserts:
    """Many rows in one statement: the driver lets other threads run at every statement, and to get its turn back costs
    more than the row."""

    def __init__(self, engine: Engine) -> None:
        tables = (EXCHANGES, ATTEMPTS)
        self._replace = {table.name: _values(_replacing(engine, table), engine) for table in tables}
        self._keep = {table.name: _values(_keeping(engine, table), engine) for table in tables}

    def replace(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows; those that are there take the new values."""
        self._put(connection, rows, *self._replace[table.name])

    def keep(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows that are not there."""
        self._put(connection, rows, *self._keep[table.name])

    def _put(self, connection: Connection, rows: Rows, into: str, row: str, conflict: str) -> None:
        # Few lengths, so that few statements are prepared, each once for a connection.
        begun, at_once = 0, ROWS_AT_ONCE
        while begun < len(rows):
            while at_once > 1 and (at_once > len(rows) - begun or at_once * len(rows[0]) > MOST_VALUES):
                at_once //= 4
            values = tuple(chain.from_iterable(rows[begun : begun + at_once]))
            connection.exec_driver_sql(f"{into}{', '.join([row] * at_once)}{conflict}", values)
            begun += at_once


class CopyInserts:
    """All rows at once, through psycopg's COPY."""

    def __init__(self, engine: Engine) -> None:
        tables = (EXCHANGES, ATTEMPTS)
        self._replace = {table.name: _conflict(_replacing(engine, table), engine) for table in tables}
        self._keep = {table.name: _conflict(_keeping(engine, table), engine) for table in tables}

    def replace(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows; those that are there take the new values."""
        self._copy(connection, table, rows, self._replace[table.name])

    def keep(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows that are not there."""
        self._copy(connection, table, rows, self._keep[table.name])

    def _copy(self, connection: Connection, table: Table, rows: Rows, conflict: str) -> None:
        import psycopg

        if not rows:
            return
        name, new = table.name, f"new_{table.name}"
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        driver: Any = connection.connection.driver_connection
        # Names are those of our own tables.
        insert = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {new} {conflict}"  # noqa: S608
        try:
            with driver.cursor() as cursor:
                cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {new} (LIKE {name}) ON COMMIT DELETE ROWS")
                with cursor.copy(f"COPY {new} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                cursor.execute(insert)
                cursor.execute(f"TRUNCATE {new}")
        except psycopg.Error as error:
            raise DBAPIError.instance(insert, None, error, psycopg.Error, hide_parameters=True) from None


def _replacing(engine: Engine, table: Table) -> sqlite.Insert:
    statement, key = upsert(engine, table), KEYS[table.name]
    new = statement.excluded
    values: dict[str, Any] = {column.name: new[column.name] for column in table.c if column.name not in key}
    if "delivered" in values:  # once confirmed, always confirmed
        values["delivered"] = func.coalesce(new["delivered"], table.c.delivered)
    return statement.on_conflict_do_update(index_elements=list(key), set_=values)


def _keeping(engine: Engine, table: Table) -> sqlite.Insert:
    return upsert(engine, table).on_conflict_do_nothing()


def _values(statement: sqlite.Insert, engine: Engine) -> tuple[str, str, str]:
    """The statement in three: up to VALUES, a row's values, and what follows them."""
    whole = str(statement.compile(dialect=engine.dialect))
    begun = whole.index("(?")
    end = whole.index(")", begun) + 1
    return whole[:begun], whole[begun:end], whole[end:]


def _conflict(statement: sqlite.Insert, engine: Engine) -> str:
    """What such a statement says from ON CONFLICT on."""
    whole = str(statement.compile(dialect=engine.dialect))
    return whole[whole.index("ON CONFLICT") :]
