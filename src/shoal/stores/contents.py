"""Content at rest: sealed bytes of exchanges, and who read them. It cannot read them itself.

A row without its key of the day is dead: nobody can read it any more, and `sweep` removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, String, Table, delete, insert, select

from shoal.stores import day_keys
from shoal.stores.database import Database, upsert
from shoal.stores.day_keys import CONTENT_KEYS, DayKey

_METADATA = MetaData()
SWEEP_ROWS = 1000
CONTENTS = Table(
    "contents",
    _METADATA,
    *(Column(name, String) for name in ("exchange_id", "tenant")),
    Column("day", Integer),
    *(Column(name, String) for name in ("key_id", "person")),
    Column("sealed", LargeBinary),
)
CONTENT_READS = Table(
    "content_reads",
    _METADATA,
    Column("id", Integer, primary_key=True),
    *(Column(name, String) for name in ("exchange_id", "tenant", "key_id")),
    Column("at", Float),
)


@dataclass(frozen=True, slots=True)
class ContentRow:
    """The sealed content of an exchange; `day` is that of the key that it is sealed with."""

    exchange_id: str
    tenant: str
    day: int
    key_id: str
    person: str | None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read the content of an exchange: with which key, and when (Unix seconds)."""

    key_id: str
    at: float


# Takes (tenant, day) to the wrapped key; made if there is none.
Keys = Callable[[DayKey], bytes]


class SqlContents:
    """Contents in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = database.engine

    def write(self, sealing: Callable[[Keys], Sequence[ContentRow]]) -> None:
        """Stores the rows that `sealing` makes with the keys it asks for, all in one transaction: no row can be there
        without its key."""
        with self._engine.begin() as connection:
            rows = sealing(lambda made: day_keys.ensure(connection, made))
            if rows:
                values = [{name: getattr(row, name) for name in ContentRow.__slots__} for row in rows]
                connection.execute(upsert(connection, CONTENTS).on_conflict_do_nothing(), values)

    def read(self, exchange_id: str, tenant: str) -> tuple[ContentRow, bytes] | None:
        """The row with its wrapped key; None where either is not there (any more)."""
        query = select(CONTENTS).where((CONTENTS.c.exchange_id == exchange_id) & (CONTENTS.c.tenant == tenant))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            wrapped = day_keys.find(connection, row.tenant, row.day) if row else None
        return (ContentRow(*tuple(row)), wrapped) if row and wrapped else None

    def names(self, tenant: str, since: int) -> list[str]:
        """The exchanges of a tenant whose content was kept on that day (`day_of`) or later, in the order of their
        ids."""
        kept = select(CONTENTS.c.exchange_id).where((CONTENTS.c.tenant == tenant) & (CONTENTS.c.day >= since))
        with self._engine.connect() as connection:
            return [row.exchange_id for row in connection.execute(kept.order_by(CONTENTS.c.exchange_id))]

    def note_reading(self, exchange_id: str, tenant: str, reading: Reading) -> None:
        """Writes down who reads."""
        values = {"exchange_id": exchange_id, "tenant": tenant, "key_id": reading.key_id, "at": reading.at}
        with self._engine.begin() as connection:
            connection.execute(insert(CONTENT_READS), values)

    def readings(self, exchange_id: str, tenant: str) -> list[Reading]:
        """Who read it, oldest first."""
        of_exchange = (CONTENT_READS.c.exchange_id == exchange_id) & (CONTENT_READS.c.tenant == tenant)
        query = select(CONTENT_READS.c.key_id, CONTENT_READS.c.at).where(of_exchange).order_by(CONTENT_READS.c.id)
        with self._engine.connect() as connection:
            return [Reading(*tuple(row)) for row in connection.execute(query)]

    def destroy_keys(self, doomed: Callable[[DayKey], bool]) -> int:
        """Destroys the keys that `doomed` says; returns how many."""
        with self._engine.begin() as connection:
            return day_keys.destroy(connection, doomed)

    def sweep(self) -> int:
        """Removes the rows whose key is gone, SWEEP_ROWS at a time so that others can write meanwhile; returns how
        many."""
        dead = select(CONTENTS.c.tenant, CONTENTS.c.day).distinct().where(day_keys.without_key(CONTENTS))
        with self._engine.connect() as connection:
            days = [(row.tenant, row.day) for row in connection.execute(dead)]
        return sum(self._sweep_day(tenant, day) for tenant, day in days)

    def _sweep_day(self, tenant: str, day: int) -> int:
        of_day = (CONTENTS.c.tenant == tenant) & (CONTENTS.c.day == day)
        some = select(CONTENTS.c.exchange_id).where(of_day).limit(SWEEP_ROWS)
        swept, more = 0, True
        while more:
            with self._engine.begin() as connection:
                count = connection.execute(delete(CONTENTS).where(CONTENTS.c.exchange_id.in_(some))).rowcount
            swept, more = swept + count, count == SWEEP_ROWS
        return swept

    def scrub(self) -> bool:
        """Empties the write-ahead log, which holds what was destroyed; False where a reader keeps it for now. With
        PostgreSQL the table of keys is written anew."""
        if self._database.postgres:
            self._database.rewrite(CONTENT_KEYS.name)
        return self._database.truncate_log()
