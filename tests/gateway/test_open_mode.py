"""The store of the limits is away and requests are let through: what they take counts once it is back, also where the
process was killed meanwhile. With a real Redis."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.shoal_up import RUN, SETTINGS, Shoal, rows, started
from tests.gateway.test_workers import streaming
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - a fixture
from tests.waiting import SOON_S, until

OPEN = SETTINGS.replace("lease_s = 1", 'lease_s = 1\nwhen_lost = "open"').replace("requests = 20", "requests = 100")


def files(home: Path) -> list[Path]:
    return list((home / "data/shoal/unsettled").glob("*"))


def ask(shoal: Shoal, many: int) -> None:
    assert [shoal.ask() for _ in range(many)] == [200] * many


def total(home: Path) -> int:
    """The tokens that the ledger holds."""
    from sqlalchemy import text

    from shoal.stores.database import Database

    database = Database(home / "data/shoal")
    try:
        with database.engine.connect() as connection:
            found = connection.execute(text("SELECT sum(prompt_tokens + completion_tokens) FROM attempts")).scalar()
            return int(found or 0)
    finally:
        database.close()


def test_what_was_let_through_is_counted_when_the_store_is_back(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
) -> None:
    with started(tmp_path, redis_server.url, settings=OPEN, workers=1, code=RUN) as shoal:
        ask(shoal, 2)
        until(lambda: shoal.used()["requests"] == (2, 0))
        redis_server.pause()
        ask(shoal, 3)
        assert len(files(tmp_path)) == 1
        redis_server.go_on()
        until(lambda: shoal.used()["requests"] == (5, 0))
        until(lambda: not files(tmp_path))
        until(lambda: shoal.used()["tokens"] == (total(tmp_path), 0))


@pytest.mark.parametrize("lost", [False, True])
def test_what_was_let_through_is_counted_once_after_a_kill(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
    lost: bool,
) -> None:
    with started(tmp_path, redis_server.url, settings=OPEN, workers=1, code=RUN) as shoal:
        ask(shoal, 2)
        until(lambda: shoal.used()["requests"] == (2, 0))
        redis_server.pause()
        ask(shoal, 3)
        with streaming(shoal, 2):
            shoal.process.kill()
            shoal.process.wait(SOON_S)
        member = shoal.member
    assert len(files(tmp_path)) == 1
    redis_server.go_on()
    if lost:
        redis_server.kill()
        redis_server.start()
    for _ in range(2):  # a second start counts nothing again
        with started(tmp_path, redis_server.url, settings=OPEN, workers=1, code=RUN) as shoal:
            shoal.member = member
            until(lambda: sum(rows(tmp_path).values()) == 7)
            assert rows(tmp_path) == {"ok": 5, "interrupted": 2}
            until(lambda: shoal.used()["requests"] == (7, 0))
            until(lambda: shoal.used()["tokens"] == (total(tmp_path), 0))
            until(lambda: not files(tmp_path))


def test_another_worker_settles_what_a_killed_one_let_through(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
) -> None:
    with started(tmp_path, redis_server.url, settings=OPEN, code=RUN) as shoal:
        ask(shoal, 1)
        until(lambda: shoal.used()["requests"] == (1, 0))
        redis_server.pause()
        with streaming(shoal, 4):
            for worker in shoal.workers():
                worker.kill()
        until(lambda: shoal.log().count('"worker_answers"') == 4)
        redis_server.go_on()
        until(lambda: shoal.used()["requests"] == (5, 0))
        until(lambda: not files(tmp_path))
        until(lambda: rows(tmp_path)["interrupted"] == 4)
