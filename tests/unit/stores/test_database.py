"""The database: from nothing to the newest tables, and clear words where that fails."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import inspect, text

from shoal.config import Server, Settings
from shoal.errors import ConfigError, StorageError
from shoal.stores import database as module
from shoal.stores.database import FILE, Database, head
from shoal.stores.ledger import SqlLedger
from tests.waiting import SOON_S


def test_tables_come_from_the_migrations(tmp_path: Path) -> None:
    database = Database(tmp_path / "new" / "folder")
    database.migrate()
    assert {"keys", "exchanges", "attempts", "alembic_version"} <= set(inspect(database.engine).get_table_names())
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head()
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.migrate()
    database.close()


def test_only_its_owner_reads_it_whatever_the_folder_allows(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    database = Database(tmp_path)
    database.migrate()
    with database.engine.connect() as connection:
        connection.execute(text("SELECT * FROM keys"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {FILE: 0o600, f"{FILE}-shm": 0o600, f"{FILE}-wal": 0o600}
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


def test_who_starts_while_another_process_makes_the_tables_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.001)
    database = Database(tmp_path)
    database._upgrade("0003")
    at_it = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    at_it.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(database.migrate)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        at_it.close()
        waiting.result(SOON_S)
    assert database.revision() == head()
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


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite:///x", "mysql://u:secret@h/d", "postgresql+asyncpg://u:secret@h/d", "://secret"]
)
def test_an_address_that_is_no_postgresql_s(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="postgresql://USER:PASSWORD@HOST:PORT/NAME") as said:
        Database(tmp_path, url)
    assert "secret" not in said.value.message


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_a_password_is_never_shown(tmp_path: Path, scheme: str) -> None:
    database = Database(tmp_path, f"{scheme}://shoal:secret@127.0.0.1:1/shoal")
    with pytest.raises(StorageError, match="see that PostgreSQL runs there") as said:
        database.migrate()
    assert "secret" not in said.value.message + database.where + repr(database.engine)
    assert "shoal" in database.where
    database.close()


def test_without_the_driver_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.stores.database.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'shoal\[postgres\]'"):
        Database(tmp_path, "postgresql://h/d")


def test_the_address_comes_from_where_the_settings_say(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    settings = Settings(server=Server(data_dir=tmp_path, database="env:DATABASE_URL"))
    database = Database.of(settings)
    database.migrate()
    assert (database.postgres, database.passages.postgres) == (True, False)
    assert (database.revision(), database.passages.revision()) == (head(), head())
    database.close()
    assert not Database.of(Settings(server=Server(data_dir=tmp_path))).postgres
    with pytest.raises(ValidationError, match="env:NAME"):
        Server(database="postgresql://u:p@h/d")


def test_a_postgresql_of_a_newer_shoal_is_left_alone(tmp_path: Path, postgres_url: str) -> None:
    database = Database(tmp_path, postgres_url)
    database.migrate()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer Shoal"):
        database.migrate()
    database.close()


def test_a_table_can_be_written_anew(database: Database) -> None:
    database.rewrite()
    if database.postgres:
        database.rewrite("content_keys")
    assert database.truncate_log()
