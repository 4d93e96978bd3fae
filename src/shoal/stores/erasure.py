"""Erasure: everything that a tenant or a person left in the database, counted or removed. It knows every table, and
nothing of what is written elsewhere.

Rows are removed first; `finish` then makes sure that no page, index or log still holds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Table, cast, delete, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from shoal.errors import StorageError
from shoal.stores.answers import ANSWERS
from shoal.stores.changes import changing
from shoal.stores.contents import CONTENT_READS, CONTENTS
from shoal.stores.database import Database
from shoal.stores.day_keys import CONTENT_KEYS
from shoal.stores.events import DELIVERIES, EVENTS
from shoal.stores.feedback import FEEDBACK
from shoal.stores.keys import KEYS
from shoal.stores.ledger import ATTEMPTS, CORRECTIONS, EXCHANGES
from shoal.stores.passages import COLLECTIONS, DOCUMENTS, PASSAGES
from shoal.stores.people import ORGANISATIONS, TEAMS, USERS
from shoal.stores.salts import TENANT_SALTS
from shoal.stores.usage_hours import drop
from shoal.stores.usage_marks import HOUR_S

# What it is called, its table, and which rows. In their order they are removed: what refers to something goes first.
Where = tuple[str, Table, ColumnElement[bool]]
# The full-text index keeps the words of removed passages until it is merged.
_MERGE = text("INSERT INTO passage_index (passage_index) VALUES ('optimize')")


def of_tenant(tenant: str) -> list[Where]:
    """All that a tenant left; its keys stop to work."""
    collections = select(COLLECTIONS.c.id).where(COLLECTIONS.c.tenant == tenant)
    documents = select(DOCUMENTS.c.id).where(DOCUMENTS.c.collection_id.in_(collections))
    exchanges = select(EXCHANGES.c.id).where(EXCHANGES.c.tenant == tenant)
    events = select(EVENTS.c.id).where(EVENTS.c.tenant == tenant)
    return [
        ("kept answers", ANSWERS, ANSWERS.c.actor.in_(select(KEYS.c.id).where(KEYS.c.tenant == tenant))),
        ("deliveries", DELIVERIES, DELIVERIES.c.event_id.in_(events)),
        ("events", EVENTS, EVENTS.c.tenant == tenant),
        ("API keys", KEYS, KEYS.c.tenant == tenant),
        ("users", USERS, USERS.c.tenant == tenant),
        ("teams", TEAMS, TEAMS.c.tenant == tenant),
        ("content keys", CONTENT_KEYS, CONTENT_KEYS.c.tenant == tenant),
        ("salt of persons", TENANT_SALTS, TENANT_SALTS.c.tenant == tenant),
        ("contents", CONTENTS, CONTENTS.c.tenant == tenant),
        ("readings of contents", CONTENT_READS, CONTENT_READS.c.tenant == tenant),
        ("feedback", FEEDBACK, FEEDBACK.c.tenant == tenant),
        ("corrections", CORRECTIONS, CORRECTIONS.c.exchange_id.in_(exchanges)),
        ("attempts", ATTEMPTS, ATTEMPTS.c.exchange_id.in_(exchanges)),
        ("exchanges", EXCHANGES, EXCHANGES.c.tenant == tenant),
        ("passages", PASSAGES, PASSAGES.c.document_id.in_(documents)),
        ("documents", DOCUMENTS, DOCUMENTS.c.collection_id.in_(collections)),
        ("collections", COLLECTIONS, COLLECTIONS.c.tenant == tenant),
        ("organisation", ORGANISATIONS, ORGANISATIONS.c.id == tenant),
    ]


def of_persons(persons: Sequence[tuple[str, str]]) -> list[Where]:
    """All that was written down of exchanges with these (tenant, hash) of a person."""
    exchanges = select(EXCHANGES.c.id).where(_is(EXCHANGES, persons))
    contents = select(CONTENTS.c.exchange_id).where(_is(CONTENTS, persons))
    return [
        ("readings of contents", CONTENT_READS, CONTENT_READS.c.exchange_id.in_(exchanges.union(contents))),
        ("contents", CONTENTS, or_(_is(CONTENTS, persons), CONTENTS.c.exchange_id.in_(exchanges))),
        ("feedback", FEEDBACK, or_(_is(FEEDBACK, persons), FEEDBACK.c.exchange_id.in_(exchanges))),
        ("corrections", CORRECTIONS, CORRECTIONS.c.exchange_id.in_(exchanges)),
        ("attempts", ATTEMPTS, ATTEMPTS.c.exchange_id.in_(exchanges)),
        ("exchanges", EXCHANGES, _is(EXCHANGES, persons)),
    ]


class Erasure:
    """Removes from the database. Every method raises StorageError where the database fails."""

    def __init__(self, database: Database) -> None:
        # With PostgreSQL, SQLite holds the passages, and all that was written before PostgreSQL was chosen.
        self._databases = (database.passages,) if database.passages is database else (database.passages, database)

    def count(self, wheres: Sequence[Where]) -> dict[str, int]:
        """How many rows there are of each."""
        counts: Counter[str] = Counter()
        try:
            for database in self._databases:
                with database.engine.connect() as connection:
                    for name, table, wanted in wheres:
                        query = select(func.count()).select_from(table).where(wanted)
                        counts[name] += int(connection.execute(query).scalar_one())
        except SQLAlchemyError as error:
            raise _failed(error) from None
        return dict(counts)

    def remove(self, wheres: Sequence[Where]) -> dict[str, int]:
        """Removes them all or none, of each database; returns how many of each. The sums of their hours go too, and are
        added up anew from what remains."""
        counts: Counter[str] = Counter()
        try:
            for database in self._databases:
                # A change: gateways that remember keys of the tenant notice it within a second.
                with changing(database.engine) as connection:
                    drop(connection, _hours(connection, wheres))
                    counts.update({name: _remove(connection, table, wanted) for name, table, wanted in wheres})
        except SQLAlchemyError as error:
            raise _failed(error) from None
        return dict(counts)

    def finish(self) -> bool:
        """Merges the full-text index, writes the database anew and empties its log; False where a reader of another
        process keeps the log for now."""
        try:
            with self._databases[0].engine.begin() as connection:
                connection.execute(_MERGE)
            for database in self._databases:
                database.rewrite()
            return all([database.truncate_log() for database in self._databases])
        except SQLAlchemyError as error:
            raise _failed(error) from None


def _hours(connection: Connection, wheres: Sequence[Where]) -> list[int]:
    """The hours in which the exchanges to remove began."""
    hour = cast(EXCHANGES.c.started // HOUR_S, Integer)
    return [
        found
        for _, table, wanted in wheres
        if table is EXCHANGES
        for found in connection.execute(select(hour).where(wanted).distinct()).scalars()
    ]


def _remove(connection: Connection, table: Table, wanted: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(wanted)).rowcount


def _is(table: Table, persons: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    return or_(False, *((table.c.tenant == tenant) & (table.c.person == person) for tenant, person in persons))


def _failed(error: SQLAlchemyError) -> StorageError:
    cause = str(getattr(error, "orig", None) or type(error).__name__)
    return StorageError(
        f"not everything could be erased ({cause}): mend that, then run the same command again until it says that "
        "nothing is left"
    )
