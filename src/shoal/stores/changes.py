"""Changes of what is administered: one at a time, each counted, so that other replicas notice. It knows no table but
its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import BigInteger, Column, Connection, Engine, MetaData, String, Table, select, update

CHANGES = Table("changes", MetaData(), Column("name", String, primary_key=True), Column("value", BigInteger))
KEYS, LIMITS = "keys", "limits"


@contextmanager
def changing(engine: Engine, name: str = KEYS) -> Iterator[Connection]:
    """A transaction that counts as a change. The count comes first: it locks the row (SQLite: the database), so that
    what is read afterwards holds until the end, and no two changes meet."""
    with engine.begin() as connection:
        count(connection, name)
        yield connection


def counted(connection: Connection, name: str = KEYS) -> int:
    """How many changes there were."""
    return int(connection.execute(select(CHANGES.c.value).where(CHANGES.c.name == name)).scalar_one())


def count(connection: Connection, name: str) -> None:
    """Counts a change in the transaction under way."""
    connection.execute(update(CHANGES).where(CHANGES.c.name == name).values(value=CHANGES.c.value + 1))
