"""Versions of the factors: what the figures under each name rest on, so that they can be computed again when settings
and facts have changed. It does not know what a factor means.

What grids emit changes by the hour, all else hardly ever: the rest of a version is kept once, however many name it.
While the database is out of order a version is put aside, in a file of the data directory.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Column, Float, MetaData, String, Table, Text, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.errors import StorageError
from shoal.stores.database import Database, upsert

# Where versions are put aside, in the data directory.
FOLDER = "factors"
_METADATA = MetaData()
FACTORS = Table(
    "factors",
    _METADATA,
    Column("version", String, primary_key=True),
    Column("since", Float),
    *(Column(name, String) for name in ("method", "facts", "rest")),
    Column("grid", Text),
)
FACTOR_PARTS = Table("factor_parts", _METADATA, Column("digest", String, primary_key=True), Column("content", Text))


@dataclass(frozen=True, slots=True)
class FactorVersion:
    """A version of the factors. `name` is what records say, `method` that of the formulas, `facts` the version of the
    facts; `grid` the figures of grids, `rest` all else that a figure depends on, both in forms that JSON holds."""

    name: str
    method: str
    facts: str
    grid: list[Any]
    rest: Mapping[str, Any]


class SqlFactorVersions:
    """The versions in the database; what is there is never changed."""

    def __init__(self, database: Database) -> None:
        self._engine, self._aside = database.engine, database.folder / FOLDER

    def put(self, version: FactorVersion, since: float) -> None:
        """Adds the version, in force from `since` on (Unix seconds), if it is not there yet. Raises StorageError where
        the database cannot be written now."""
        rest = orjson.dumps(version.rest, option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(rest).hexdigest()
        values = {"version": version.name, "since": since, "method": version.method, "facts": version.facts}
        values |= {"rest": digest, "grid": orjson.dumps(version.grid).decode()}
        try:
            with self._engine.begin() as connection:
                for table, row in ((FACTOR_PARTS, {"digest": digest, "content": rest.decode()}), (FACTORS, values)):
                    connection.execute(upsert(self._engine, table).on_conflict_do_nothing(), row)
        except SQLAlchemyError as error:
            raise StorageError(f"factors cannot be written ({type(error).__name__}): they are tried again") from None

    def put_aside(self, version: FactorVersion, since: float) -> None:
        """Writes the version to disk beside the database, where it outlives this process. Raises StorageError."""
        path = self._aside / f"{version.name}.json"
        try:
            self._aside.mkdir(mode=0o700, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(orjson.dumps({"since": since, **asdict(version)}))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise StorageError(f"factors cannot be put aside in {self._aside} ({error.strerror})") from None

    def take_up(self) -> None:
        """Adds what was put aside, by this process or one that died. Raises StorageError."""
        for path in sorted(self._aside.glob("*.json")):
            try:
                row = orjson.loads(path.read_bytes())
            except FileNotFoundError:  # another process took it up
                continue
            except (OSError, ValueError):
                raise StorageError(f"{path} cannot be read: mend its permissions, or remove it") from None
            since = row.pop("since")
            self.put(FactorVersion(**row), since)
            path.unlink(missing_ok=True)

    def get(self, name: str) -> FactorVersion | None:
        """The version of that name; None where it was not kept."""
        joined = FACTORS.join(FACTOR_PARTS, FACTOR_PARTS.c.digest == FACTORS.c.rest)
        chosen = select(FACTORS, FACTOR_PARTS.c.content).select_from(joined).where(FACTORS.c.version == name)
        with self._engine.connect() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        return FactorVersion(row.version, row.method, row.facts, orjson.loads(row.grid), orjson.loads(row.content))

    def names(self) -> list[tuple[str, float, str, str]]:
        """Name, begin (Unix seconds), version of the facts and method of each, the oldest first."""
        columns = (FACTORS.c.version, FACTORS.c.since, FACTORS.c.facts, FACTORS.c.method)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(FACTORS.c.since, FACTORS.c.version))
            return [(row.version, row.since, row.facts, row.method) for row in rows]
