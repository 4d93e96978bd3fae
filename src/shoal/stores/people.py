"""Organisations, teams and users at rest. It does not know who may change them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

_METADATA = MetaData()
ORGANISATIONS = Table(
    "organisations",
    _METADATA,
    *(Column(name, String) for name in ("id", "name")),
    Column("created", Float),
    Column("revision", Integer),
)
TEAMS = Table(
    "teams",
    _METADATA,
    *(Column(name, String) for name in ("tenant", "id", "name")),
    Column("created", Float),
    Column("revision", Integer),
)
USERS = Table(
    "users",
    _METADATA,
    *(Column(name, String) for name in ("id", "tenant", "team", "name", "email", "role", "issuer", "subject")),
    *(Column(name, Float) for name in ("created", "disabled")),
    Column("revision", Integer),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant. `id` is what keys and the settings call it; `created` Unix seconds; `revision` counts its changes."""

    id: str
    name: str
    created: float
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Team:
    """A team of an organisation; its id is unique there."""

    tenant: str
    id: str
    name: str
    created: float
    revision: int = 1


@dataclass(frozen=True, slots=True)
class User:
    """A person or a machine of an organisation. `issuer` and `subject` are what the identity provider calls them."""

    id: str
    tenant: str
    name: str
    role: str
    created: float
    team: str | None = None
    email: str | None = None
    issuer: str | None = None
    subject: str | None = None
    disabled: float | None = None
    revision: int = 1


Entry = Organisation | Team | User
E = TypeVar("E", Organisation, Team, User)
TABLES: dict[type[Entry], Table] = {Organisation: ORGANISATIONS, Team: TEAMS, User: USERS}


def add_entry(connection: Connection, entry: Entry) -> None:
    """Adds it in the transaction under way."""
    connection.execute(insert(TABLES[type(entry)]), [asdict(entry)])


def entry_at(connection: Connection, kind: type[E], where: ColumnElement[bool]) -> E | None:
    """The one that `where` names, if any."""
    row = connection.execute(select(TABLES[kind]).where(where)).first()
    return _entry(kind, row) if row else None


def entries_page(
    connection: Connection, kind: type[E], where: ColumnElement[bool], after: tuple[float, str] | None, limit: int
) -> list[E]:
    """At most `limit` of them after that of this creation time and id, oldest first."""
    table = TABLES[kind]
    if after is not None:
        created, name = after
        where = and_(where, or_(table.c.created > created, and_(table.c.created == created, table.c.id > name)))
    wanted = select(table).where(where).order_by(table.c.created, table.c.id).limit(limit)
    return [_entry(kind, row) for row in connection.execute(wanted)]


def change_entry(connection: Connection, kind: type[Entry], where: ColumnElement[bool], **values: Any) -> int:
    """Sets columns; returns of how many."""
    table = TABLES[kind]
    raised = {**values, "revision": table.c.revision + 1}
    return connection.execute(update(table).where(where).values(raised)).rowcount


def delete_entries(connection: Connection, kind: type[Entry], where: ColumnElement[bool]) -> int:
    """Removes them; returns how many there were."""
    return connection.execute(delete(TABLES[kind]).where(where)).rowcount


def _entry(kind: type[E], row: Row[Any]) -> E:
    return kind(**dict(row._mapping))


def ensure_organisation(connection: Connection, tenant: str, now: float) -> None:
    """Adds the organisation if there is none of that id."""
    if entry_at(connection, Organisation, ORGANISATIONS.c.id == tenant) is None:
        add_entry(connection, Organisation(tenant, tenant, now))
