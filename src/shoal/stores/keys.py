"""Keys at rest: rows with a digest, never a secret. It does not know what a key may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import JSON, Column, Float, LargeBinary, MetaData, Row, String, Table, insert, select, update

from shoal.stores.database import Database

KEYS = Table(
    "keys",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("tenant", String),
    Column("name", String),
    Column("role", String),
    Column("digest", LargeBinary),
    Column("models", JSON(none_as_null=True)),
    Column("collections", JSON(none_as_null=True)),
    Column("created", Float),
    Column("disabled", Float),
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row: `digest` is the SHA-256 of the whole key; `models` and `collections` limit it (None: no limit); `created`
    and `disabled` are Unix times in seconds."""

    id: str
    tenant: str
    name: str
    role: str
    digest: bytes
    models: tuple[str, ...] | None
    collections: tuple[str, ...] | None
    created: float
    disabled: float | None = None


class Keys(Protocol):
    """Where keys lie."""

    def find(self, key_id: str) -> StoredKey | None: ...

    def add(self, *keys: StoredKey) -> None: ...

    def disable(self, key_id: str, at: float) -> bool: ...


class SqlKeys:
    """Keys in the database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def find(self, key_id: str) -> StoredKey | None:
        """The key of that id, disabled ones too."""
        with self._engine.connect() as connection:
            row = connection.execute(select(KEYS).where(KEYS.c.id == key_id)).first()
        return _key(row) if row else None

    def all(self) -> list[StoredKey]:
        """Every key, oldest first."""
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(select(KEYS).order_by(KEYS.c.created, KEYS.c.id))]

    def add(self, *keys: StoredKey) -> None:
        """Adds all or none."""
        with self._engine.begin() as connection:
            connection.execute(insert(KEYS), [{name: getattr(key, name) for name in key.__slots__} for key in keys])

    def disable(self, key_id: str, at: float) -> bool:
        """False where there is no such key, or it is disabled already."""
        wanted = (KEYS.c.id == key_id) & KEYS.c.disabled.is_(None)
        with self._engine.begin() as connection:
            return connection.execute(update(KEYS).where(wanted).values(disabled=at)).rowcount == 1


def _key(row: Row[Any]) -> StoredKey:
    found = row._mapping
    return StoredKey(
        id=found["id"],
        tenant=found["tenant"],
        name=found["name"],
        role=found["role"],
        digest=found["digest"],
        models=None if found["models"] is None else tuple(found["models"]),
        collections=None if found["collections"] is None else tuple(found["collections"]),
        created=found["created"],
        disabled=found["disabled"],
    )
