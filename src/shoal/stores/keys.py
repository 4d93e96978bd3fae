"""Keys at rest: rows with a digest, never a secret. It does not know what a key may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from shoal.stores.changes import changing, counted
from shoal.stores.database import Database
from shoal.stores.people import USERS, ensure_organisation

KEYS = Table(
    "keys",
    MetaData(),
    *(Column(name, String) for name in ("id", "tenant", "name", "role", "team", "user", "author")),
    *(Column(name, LargeBinary) for name in ("digest", "previous")),
    *(Column(name, JSON(none_as_null=True)) for name in ("models", "collections", "endpoints", "areas", "tags")),
    *(Column(name, Float) for name in ("created", "disabled", "expires", "rotated", "previous_until")),
    Column("revision", Integer),
)
OWNER = "owner"
LISTS = ("models", "collections", "endpoints", "areas")
_THEIRS = and_(USERS.c.tenant == KEYS.c.tenant, USERS.c.id == KEYS.c.user, USERS.c.disabled.is_(None))
# Put together once: that takes longer than to ask.
OWNED = (
    select(KEYS, USERS.c.role.label(OWNER))
    .select_from(KEYS.outerjoin(USERS, _THEIRS))
    .where(KEYS.c.id == bindparam("wanted"))
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row: `digest` is the SHA-256 of the whole key, `previous` of the one before its rotation, good until
    `previous_until`. `models`, `collections`, `endpoints` and `areas` (of the admin API) limit it (None: no limit);
    `tags` are set on every exchange; `author` is who made it. Times are Unix seconds; `revision` counts its changes."""

    id: str
    tenant: str
    name: str
    role: str
    digest: bytes
    models: tuple[str, ...] | None
    collections: tuple[str, ...] | None
    created: float
    disabled: float | None = None
    team: str | None = None
    user: str | None = None
    endpoints: tuple[str, ...] | None = None
    areas: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    expires: float | None = None
    rotated: float | None = None
    previous: bytes | None = None
    previous_until: float | None = None
    author: str | None = None
    revision: int = 1


class Keys(Protocol):
    """Where keys lie. `version` grows with every change that any process makes."""

    def owned(self, key_id: str) -> tuple[StoredKey, str | None] | None: ...

    def add(self, *keys: StoredKey) -> None: ...

    def version(self) -> int: ...


class SqlKeys:
    """Keys in the database."""

    def __init__(self, database: Database) -> None:
        self.engine = database.engine

    def find(self, key_id: str) -> StoredKey | None:
        """The key of that id, disabled ones too."""
        with self.engine.connect() as connection:
            return key_at(connection, KEYS.c.id == key_id)

    def owned(self, key_id: str) -> tuple[StoredKey, str | None] | None:
        """The key of that id, and the role that its user has now: None where it has no user, or they are switched off
        or removed."""
        with self.engine.connect() as connection:
            row = connection.execute(OWNED, {"wanted": key_id}).first()
        if row is None:
            return None
        found = dict(row._mapping)
        owner = found.pop(OWNER)
        return _key(found), owner

    def all(self, tenant: str | None = None) -> list[StoredKey]:
        """Every key, oldest first; those of one organisation where it is named."""
        wanted = select(KEYS).where(true() if tenant is None else KEYS.c.tenant == tenant)
        with self.engine.connect() as connection:
            return [_key(row._mapping) for row in connection.execute(wanted.order_by(KEYS.c.created, KEYS.c.id))]

    def any(self) -> bool:
        """Whether there is a key."""
        with self.engine.connect() as connection:
            return connection.execute(select(KEYS.c.id).limit(1)).first() is not None

    def version(self) -> int:
        """How many changes there were, by any process."""
        with self.engine.connect() as connection:
            return counted(connection)

    def add(self, *keys: StoredKey) -> None:
        """Adds all or none."""
        with changing(self.engine) as connection:
            for key in keys:
                ensure_organisation(connection, key.tenant, key.created)
            add_keys(connection, *keys)

    def disable(self, key_id: str, at: float) -> bool:
        """False where there is no such key, or it is disabled already."""
        with changing(self.engine) as connection:
            return disable_keys(connection, KEYS.c.id == key_id, at) == 1


def add_keys(connection: Connection, *keys: StoredKey) -> None:
    """Adds all in the transaction under way."""
    connection.execute(insert(KEYS), [_row(key) for key in keys])


def key_at(connection: Connection, where: ColumnElement[bool]) -> StoredKey | None:
    """The key that `where` names, if any."""
    row = connection.execute(select(KEYS).where(where)).first()
    return _key(row._mapping) if row else None


def keys_page(
    connection: Connection, where: ColumnElement[bool], after: tuple[float, str] | None, limit: int
) -> list[StoredKey]:
    """At most `limit` keys after that of this creation time and id, oldest first."""
    if after is not None:
        created, key_id = after
        where = and_(where, or_(KEYS.c.created > created, and_(KEYS.c.created == created, KEYS.c.id > key_id)))
    wanted = select(KEYS).where(where).order_by(KEYS.c.created, KEYS.c.id).limit(limit)
    return [_key(row._mapping) for row in connection.execute(wanted)]


def change_key(connection: Connection, key_id: str, **values: Any) -> None:
    """Sets columns of a key, by the names of `StoredKey`."""
    raised = {**_columns(values), "revision": KEYS.c.revision + 1}
    connection.execute(update(KEYS).where(KEYS.c.id == key_id).values(raised))


def disable_keys(connection: Connection, where: ColumnElement[bool], at: float) -> int:
    """Switches off what works of these; returns how many that were."""
    switched = update(KEYS).where(where, KEYS.c.disabled.is_(None))
    return connection.execute(switched.values(disabled=at, revision=KEYS.c.revision + 1)).rowcount


def move_keys(connection: Connection, where: ColumnElement[bool], team: str | None) -> None:
    """Gives these keys to another team."""
    connection.execute(update(KEYS).where(where).values(team=team, revision=KEYS.c.revision + 1))


def delete_keys(connection: Connection, where: ColumnElement[bool]) -> int:
    """Removes the rows; returns how many there were."""
    return connection.execute(delete(KEYS).where(where)).rowcount


def live_keys(connection: Connection, where: ColumnElement[bool], now: float) -> int:
    """How many of these are neither disabled nor expired."""
    live = and_(where, KEYS.c.disabled.is_(None), or_(KEYS.c.expires.is_(None), KEYS.c.expires > now))
    return connection.execute(select(func.count()).select_from(KEYS).where(live)).scalar_one()


def _row(key: StoredKey) -> dict[str, Any]:
    return _columns({each.name: getattr(key, each.name) for each in fields(key)})


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the columns take them."""
    return {**values, **({"tags": dict(values["tags"]) or None} if "tags" in values else {})}


def _key(found: Mapping[str, Any] | RowMapping) -> StoredKey:
    lists = {name: None if found[name] is None else tuple(found[name]) for name in LISTS}
    return StoredKey(**{**found, **lists, "tags": tuple((found["tags"] or {}).items())})
