"""Puts rows of the ledger into the database: those that are there already are replaced, or left alone. One way for
SQLite, one for PostgreSQL; neither knows what a row says.

With PostgreSQL rows go by COPY into a temporary table and from there into their own: a third of the CPU of inserts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from shoal.stores.database import Database, upsert
from shoal.stores.ledger_rows import ATTEMPTS, EXCHANGES

Rows = Sequence[tuple[Any, ...]]
KEYS = {EXCHANGES.name: ("id",), ATTEMPTS.name: ("exchange_id", "position")}


class Inserts(Protocol):
    """Puts rows, which are tuples in the order of the columns. Raises SQLAlchemyErrors and what odd values raise."""

    def replace(self, connection: Connection, table: Table, rows: Rows) -> None: ...

    def keep(self, connection: Connection, table: Table, rows: Rows) -> None: ...


def inserts_for(database: Database) -> Inserts:
    """The way of that database."""
    return CopyInserts(database.engine) if database.postgres else PlainInserts(database.engine)


class PlainInserts:
    """Row by row, as prepared once."""

    def __init__(self, engine: Engine) -> None:
        dialect = engine.dialect
        tables = (EXCHANGES, ATTEMPTS)
        self._replace = {table.name: str(_replacing(engine, table).compile(dialect=dialect)) for table in tables}
        self._keep = {table.name: str(_keeping(engine, table).compile(dialect=dialect)) for table in tables}

    def replace(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows; those that are there take the new values."""
        if rows:
            connection.exec_driver_sql(self._replace[table.name], list(rows))

    def keep(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Puts the rows that are not there."""
        if rows:
            connection.exec_driver_sql(self._keep[table.name], list(rows))


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


def _conflict(statement: sqlite.Insert, engine: Engine) -> str:
    """What such a statement says from ON CONFLICT on."""
    whole = str(statement.compile(dialect=engine.dialect))
    return whole[whole.index("ON CONFLICT") :]
