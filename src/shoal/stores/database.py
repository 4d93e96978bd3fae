"""The embedded database: opens SQLite in the data directory and brings its tables up to date through alembic.

It knows no table; a failure here is a StorageError with what to do, so that a full disk or a read-only folder is said
at start.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from shoal.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
FILE = "shoal.db"
# What is deleted is overwritten with zeros.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "secure_delete = ON",
)


class Database:
    """SQLite in WAL mode at `folder/shoal.db`: several processes may read while one writes."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder (mode 0700) if need be. Raises StorageError where it cannot be used."""
        self.folder = folder
        _check_folder(folder)
        self.engine: Engine = create_engine(
            f"sqlite:///{folder / FILE}", connect_args={"timeout": 10}, hide_parameters=True
        )
        event.listen(self.engine, "connect", _tune)

    def migrate(self) -> None:
        """Brings the tables up to date. Raises StorageError where the file is damaged or from a newer Shoal."""
        try:
            present = self._revision()
            if present == head():
                return
            if present is not None and present > head():
                raise StorageError(
                    f"{self.folder / FILE} was written by a newer Shoal (schema {present}, this one knows {head()}): "
                    "install that version, or name another server.data_dir"
                )
            self._upgrade()
        except (DatabaseError, sqlite3.Error) as error:
            raise StorageError(self._what_to_do(error)) from None

    def truncate_log(self) -> bool:
        """Writes the write-ahead log into the database and empties it, so that no deleted row is left there. False
        where a reader of another process keeps it for now."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return not busy

    def rewrite(self) -> None:
        """Writes the whole database anew, so that pages hold nothing of what was deleted; it needs about as much memory
        as the database is large."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return str(found) if found else None

    def _upgrade(self, to: str = "head") -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)

    def _what_to_do(self, error: Exception) -> str:
        where = self.folder / FILE
        cause = str(getattr(error, "orig", None) or error)
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


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


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
