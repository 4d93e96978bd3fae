"""The database: SQLite in the data directory, or PostgreSQL at an address; its tables are brought up to date through
alembic.

It knows no table; a failure here is a StorageError with what to do, so that a full disk or a read-only folder is said
at start. With PostgreSQL the passages and their full-text index stay in the SQLite file, which has all tables too.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from shoal.config import Settings, secret
from shoal.errors import ConfigError, StorageError
from shoal.stores.postgres import open_engine

MIGRATIONS = Path(__file__).parent / "migrations"
FILE = "shoal.db"
PATIENCE_S = 10.0
# While another process makes the tables: a slow machine takes its time for all of them.
UPGRADE_S = 120.0
# What is deleted is overwritten with zeros.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "secure_delete = ON",
)
POSTGRES = ("postgresql", "postgresql+psycopg", "postgres")
# Any number will do, as long as nothing else on that server locks the same: "shoal" in ASCII.
MIGRATION_LOCK = 0x73686F616C


class Database:
    """SQLite in WAL mode at `folder/shoal.db`, where several processes may read while one writes; or the PostgreSQL
    database at `url`. `passages` is the SQLite one in either case."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Makes the folder (mode 0700) if need be. Raises StorageError where it cannot be used, ConfigError where the
        URL is no address of a PostgreSQL database or its driver is not installed."""
        self.folder = folder
        _check_folder(folder)
        self._url = None if url is None else check_url(url)
        if self._url is None:
            self.engine: Engine = create_engine(
                f"sqlite:///{folder / FILE}", connect_args={"timeout": PATIENCE_S}, hide_parameters=True
            )
            event.listen(self.engine, "connect", _tune)
        else:
            self.engine = open_engine(self._url)

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """The database that the settings name. Raises what the constructor does."""
        reference = settings.server.database
        return cls(settings.server.data_dir, None if reference is None else secret(reference))

    @property
    def postgres(self) -> bool:
        """Whether this is PostgreSQL."""
        return self._url is not None

    @property
    def where(self) -> str:
        """The file, or the server's address without the password."""
        return str(self.folder / FILE) if self._url is None else self._url.render_as_string(hide_password=True)

    @cached_property
    def passages(self) -> Database:
        """The database of the passages: SQLite, for its full-text index."""
        return Database(self.folder) if self.postgres else self

    def migrate(self) -> None:
        """Brings the tables up to date; of several processes that start at once, one does it and the others wait.
        Raises StorageError where the database cannot be reached, is damaged or from a newer Shoal."""
        if self.passages is not self:
            self.passages.migrate()
        if not self.postgres:
            _make_private(self.folder / FILE)
        try:
            if self._behind():
                self._upgrade()
        except (DatabaseError, sqlite3.Error) as error:
            raise StorageError(self._what_to_do(error)) from None

    def revision(self) -> str | None:
        """The schema revision of its tables; None where it has none. Raises StorageError."""
        try:
            with self.engine.connect() as connection:
                return _revision(connection)
        except (DatabaseError, sqlite3.Error) as error:
            raise StorageError(self._what_to_do(error)) from None

    def truncate_log(self) -> bool:
        """Writes the write-ahead log into the database and empties it, so that no deleted row is left there. False
        where a reader of another process keeps it for now. PostgreSQL's own log is its operator's."""
        if self.postgres:
            return True
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return not busy

    def rewrite(self, table: str | None = None) -> None:
        """Writes the whole database anew, so that pages hold nothing of what was deleted; it needs about as much memory
        as the database is large. Of PostgreSQL, one table where it is named."""
        statement = "VACUUM" if not self.postgres else f"VACUUM (FULL) {table or ''}"
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Closes all connections."""
        if self.postgres and "passages" in self.__dict__:
            self.passages.close()
        self.engine.dispose()

    def _behind(self) -> bool:
        """Whether the tables are older than this Shoal. Raises StorageError where they are newer."""
        present = self.revision()
        if present is not None and present > head():
            raise StorageError(
                f"{self.where} was written by a newer Shoal (schema {present}, this one knows {head()}): install that "
                "version, or name another server.data_dir or server.database"
            )
        return present != head()

    def _upgrade(self, to: str = "head") -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.engine.begin() as connection:
            if self.postgres:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            else:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {UPGRADE_S * 1000:.0f}")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE_S * 1000:.0f}")
            config.attributes["connection"] = connection
            command.upgrade(config, to)

    def _what_to_do(self, error: Exception) -> str:
        cause = str(getattr(error, "orig", None) or error)
        if self.postgres:
            return (
                f"{self.where} cannot be used ({cause.strip().splitlines()[0]}): see that PostgreSQL runs there and "
                "that this user may make tables, or mend server.database"
            )
        where = self.where
        if isinstance(error, OperationalError) and ("full" in cause or "disk I/O" in cause):
            return f"the disk of {where} is full or failing ({cause}): free space, or name another server.data_dir"
        if "readonly" in cause or "unable to open" in cause:
            return f"{where} cannot be written ({cause}): mend its permissions, or name another server.data_dir"
        if "locked" in cause:
            return f"{where} is locked by another process: stop the other Shoal, or name another server.data_dir"
        return f"{where} cannot be used ({cause}): restore it from a backup, or move it away to start anew"


def head() -> str:
    """The newest schema revision that this Shoal knows: the number its migration files begin with."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upsert(bind: Engine | Connection, table: Table) -> sqlite.Insert:
    """An insert into that table with `on_conflict_do_nothing` and `on_conflict_do_update`, in the words of whichever
    database it is for."""
    if bind.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # not loaded for SQLite: 3 MB

        return cast(sqlite.Insert, postgresql.insert(table))  # of the same methods
    return sqlite.insert(table)


def check_url(url: str) -> URL:
    """The address of a PostgreSQL database, with its driver. Raises ConfigError that never holds the password."""
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in POSTGRES:
        raise ConfigError(
            "server.database names no PostgreSQL database: write postgresql://USER:PASSWORD@HOST:PORT/NAME there, or "
            "leave the setting out for SQLite in the data directory"
        )
    if find_spec("psycopg") is None:
        raise ConfigError("server.database: PostgreSQL needs its driver: pip install 'shoal[postgres]'")
    return parsed.set(drivername="postgresql+psycopg")


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        _patiently(connection, f"PRAGMA {pragma}")


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Several may open a fresh file at once: SQLite does not wait by itself where it changes the kind of its log."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _make_private(path: Path) -> None:
    """A database that is not there yet begins as a file that only its owner reads, whatever the folder allows; SQLite
    gives its log the same mode. Where that cannot be, SQLite says why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise StorageError(
            f"the data directory {folder} cannot be written ({error.strerror}): free space or mend its permissions, or "
            "name another one with --data-dir or server.data_dir"
        ) from None
