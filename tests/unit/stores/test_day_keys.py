"""Data keys at rest: one for each tenant and day, and no byte of one that was destroyed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from shoal.stores import day_keys
from shoal.stores.database import Database
from shoal.stores.day_keys import DayKey, any_key, day_of


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


def test_the_first_key_of_a_day_is_the_key_of_that_day(database: Database) -> None:
    with database.engine.begin() as connection:
        assert day_keys.ensure(connection, DayKey("north", 7, 9, b"first")) == b"first"
        assert day_keys.ensure(connection, DayKey("north", 7, 9, b"second")) == b"first"
        assert day_keys.ensure(connection, DayKey("south", 7, 9, b"third")) == b"third"
        assert day_keys.find(connection, "north", 7) == b"first"
        assert day_keys.find(connection, "north", 8) is None
    assert any_key(database)


def test_some_are_destroyed_and_the_others_stay(database: Database) -> None:
    assert not any_key(database)
    with database.engine.begin() as connection:
        for day in range(5):
            day_keys.ensure(connection, DayKey("north", day, day + 2, bytes([day])))
    with database.engine.begin() as connection:
        assert day_keys.destroy(connection, lambda key: key.expires <= 4) == 3
    with database.engine.begin() as connection:
        assert day_keys.destroy(connection, lambda key: key.expires <= 4) == 0
        assert [day_keys.find(connection, "north", day) for day in range(5)] == [None, None, None, b"\x03", b"\x04"]


@pytest.mark.parametrize(("at", "day"), [(0.0, 0), (86_399.9, 0), (86_400.0, 1), (-1.0, -1)])
def test_days_begin_at_midnight_in_utc(at: float, day: int) -> None:
    assert day_of(at) == day


def lies(where: tuple[str, int], key: DayKey) -> bool:
    return (key.tenant, key.day) == where


@pytest.mark.parametrize("seed", [1, 3, 6, 7])
def test_pages_that_were_balanced_keep_no_key(database: Database, tmp_path: Path, seed: int) -> None:
    """With these seeds, deleting row by row leaves whole keys in pages that SQLite has balanced."""
    chance = random.Random(seed)
    live: dict[tuple[str, int], bytes] = {}
    dead: list[bytes] = []
    with database.engine.connect() as connection:
        for _ in range(1500):
            if chance.random() < 0.55 or not live:
                where = (f"tenant{chance.randrange(40)}" * chance.randrange(1, 5), chance.randrange(10**6))
                live[where] = chance.randbytes(60)
                day_keys.ensure(connection, DayKey(*where, 1, live[where]))
            else:
                where = chance.choice(list(live))
                dead.append(live.pop(where))
                day_keys.destroy(connection, partial(lies, where))
            connection.commit()
    assert database.truncate_log()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(key in held for key in dead)
    assert all(key in held for key in live.values())
