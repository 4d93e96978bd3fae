"""Data keys at rest, one for each tenant and day, as they were wrapped. It knows no key in the clear.

A row that is deleted can leave a copy of itself in pages that SQLite has balanced, `secure_delete` or not. So a key is
destroyed by writing the whole table anew, which zeroes every old page. PostgreSQL frees pages and zeroes none: there
`SqlContents.scrub` writes the table into a new file, and what its log and copies hold is its operator's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    exists,
    insert,
    select,
    text,
)

from shoal.stores.database import Database, upsert

DAY_S = 86_400
CONTENT_KEYS = Table(
    "content_keys",
    MetaData(),
    Column("tenant", String),
    Column("day", Integer),
    Column("expires", Integer),
    Column("wrapped", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class DayKey:
    """The wrapped data key of a tenant for one day; `day` and `expires` (the first day on which it must be gone) count
    from 1970-01-01 in UTC."""

    tenant: str
    day: int
    expires: int
    wrapped: bytes = field(repr=False)


def day_of(at: float) -> int:
    """The day of a Unix time in seconds."""
    return int(at // DAY_S)


def ensure(connection: Connection, made: DayKey) -> bytes:
    """The wrapped key of that tenant and day: the one that is there, else `made`."""
    values = {name: getattr(made, name) for name in DayKey.__slots__}
    # Written before it is read, so that the transaction holds the write lock and the key cannot go in between.
    connection.execute(upsert(connection, CONTENT_KEYS).on_conflict_do_nothing(), values)
    found = find(connection, made.tenant, made.day)
    assert found is not None  # it was written in this transaction
    return found


def find(connection: Connection, tenant: str, day: int) -> bytes | None:
    """The wrapped key; None where there is none, or none any more."""
    wanted = (CONTENT_KEYS.c.tenant == tenant) & (CONTENT_KEYS.c.day == day)
    wrapped = connection.execute(select(CONTENT_KEYS.c.wrapped).where(wanted)).scalar()
    return None if wrapped is None else bytes(wrapped)


def destroy(connection: Connection, doomed: Callable[[DayKey], bool]) -> int:
    """Destroys the keys that `doomed` says; returns how many. The transaction must be new."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE content_keys IN EXCLUSIVE MODE"))
    else:
        connection.execute(delete(CONTENT_KEYS).where(CONTENT_KEYS.c.day.is_(None)))  # takes the write lock
    rows = [DayKey(*tuple(row)) for row in connection.execute(select(CONTENT_KEYS))]
    kept = [each for each in rows if not doomed(each)]
    if len(kept) == len(rows):
        return 0
    connection.execute(delete(CONTENT_KEYS))
    if kept:
        connection.execute(insert(CONTENT_KEYS), [{name: getattr(e, name) for name in DayKey.__slots__} for e in kept])
    return len(rows) - len(kept)


def without_key(table: Table) -> ColumnElement[bool]:
    """The condition that the key of a row of `table` is gone, so that nobody can read it any more."""
    of_row = (CONTENT_KEYS.c.tenant == table.c.tenant) & (CONTENT_KEYS.c.day == table.c.day)
    return ~exists().where(of_row)


def any_key(database: Database) -> bool:
    """Whether there is any key, and so content that must expire one day."""
    with database.engine.connect() as connection:
        return connection.execute(select(CONTENT_KEYS.c.day).limit(1)).first() is not None
