"""The database: from nothing to the newest tables, and clear words where that fails."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from shoal.errors import StorageError
from shoal.stores.database import FILE, Database, head
from shoal.stores.ledger import SqlLedger


def test_tables_come_from_the_migrations(tmp_path: Path) -> None:
    database = Database(tmp_path / "new" / "folder")
    database.migrate()
    assert {"keys", "exchanges", "attempts", "alembic_version"} <= set(inspect(database.engine).get_table_names())
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head()
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.migrate()
    database.close()


def test_a_database_of_an_earlier_version_keeps_its_records(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database._upgrade("0003")
    fields = "id, tenant, key_id, started, asked, streamed, outcome, latency_s"
    with database.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO exchanges ({fields}) VALUES ('ex_1', 't', 'k', 1, 'm', 0, 'ok', 1)"))
    database.migrate()
    ledger = SqlLedger(database)
    record = ledger.get("ex_1")
    assert record is not None
    assert (record.outcome, record.person) == ("ok", None)
    ledger.close()
    database.close()


def test_a_reader_keeps_the_log_until_it_ends(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.migrate()
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM keys").fetchone()
    with database.engine.begin() as connection:
        connection.execute(text("PRAGMA busy_timeout = 20"))
        connection.execute(text("INSERT INTO tenant_salts VALUES ('north', 'salt')"))
    assert not database.truncate_log()
    assert (tmp_path / f"{FILE}-wal").stat().st_size > 0
    reader.close()
    assert database.truncate_log()
    assert (tmp_path / f"{FILE}-wal").stat().st_size == 0
    database.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.migrate()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer Shoal"):
        database.migrate()
    database.close()


def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    database = Database(tmp_path)
    with pytest.raises(StorageError, match="restore it from a backup"):
        database.migrate()
    database.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="--data-dir"):
        Database(tmp_path / "file" / "data")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        Database(tmp_path)


def test_a_read_only_file(tmp_path: Path) -> None:
    database = Database(tmp_path)
    database.migrate()
    cause = sqlite3.OperationalError("attempt to write a readonly database")
    assert "mend its permissions" in database._what_to_do(cause)
    database.close()
