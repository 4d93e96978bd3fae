"""Connections to a real PostgreSQL that is stopped, or ends them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from shoal.stores import postgres
from shoal.stores.database import check_url
from shoal.stores.postgres import open_engine
from tests.waiting import until

WITHIN_S = 60.0


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    opened = open_engine(check_url(postgres_url))
    yield opened
    opened.dispose()


def ask(engine: Engine, words: str = "SELECT 7") -> Any:
    with engine.connect() as connection:
        return connection.execute(text(words)).scalar()


def answers(engine: Engine) -> bool:
    try:
        return bool(ask(engine) == 7)
    except OperationalError:
        return False


@contextmanager
def stopped(engine: Engine) -> Iterator[None]:
    """The server and all its processes answer nobody."""
    server = psutil.Process(ask(engine, "SELECT pg_backend_pid()")).parent()
    server.suspend()
    family = [server, *server.children()]
    try:
        for each in family[1:]:
            each.suspend()
        yield
    finally:
        for each in family:
            each.resume()


def test_a_server_that_stands_still_is_noticed_and_found_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CONNECT_S", 2)
    engine = open_engine(check_url(postgres_url))
    until(lambda: answers(engine))
    with ThreadPoolExecutor(1) as pool:
        with stopped(engine), monkeypatch.context() as patch:
            patch.setattr(postgres, "ANSWER_S", 0.5)
            for _ in range(2):  # a connection that there was, and a new one
                with pytest.raises(OperationalError):
                    pool.submit(ask, engine).result(WITHIN_S)
        until(lambda: pool.submit(answers, engine).result(WITHIN_S))
    engine.dispose()


def test_a_connection_that_the_server_ended_is_made_anew(engine: Engine) -> None:
    pid = ask(engine, "SELECT pg_backend_pid()")
    other = open_engine(engine.url)
    assert ask(other, f"SELECT pg_terminate_backend({pid}, 60000)")
    other.dispose()
    assert ask(engine, "SELECT pg_backend_pid()") != pid


def test_a_connection_is_used_again_and_nothing_is_left_on_it(engine: Engine) -> None:
    assert len({ask(engine, "SELECT pg_backend_pid()") for _ in range(5)}) == 1
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE a (b INTEGER)"))
        connection.execute(text("INSERT INTO a VALUES (1)"))
    assert ask(engine, "SELECT count(*) FROM a") == 1
