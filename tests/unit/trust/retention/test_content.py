"""Content: kept where a tenant has opted in, never in plain, and gone for good when its day is over."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from shoal.config import Settings
from shoal.stores.contents import CONTENTS, SqlContents
from shoal.stores.database import Database
from shoal.stores.day_keys import CONTENT_KEYS, DAY_S, day_of
from shoal.stores.feedback import SqlFeedback
from shoal.trust.keys import RootKey
from shoal.trust.retention import content as module
from shoal.trust.retention.content import ContentStore, days_kept, open_content
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive

ROOT = RootKey(b"k" * 32)
SAID, ANSWERED = "the herring is silver", "and the cod is grey"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


@contextmanager
def opened(database: Database, at: Sequence[float] = (), **days: int) -> Iterator[ContentStore]:
    clock = (lambda: at[-1]) if at else time.time
    store = ContentStore(SqlContents(database), SqlFeedback(database), Envelope(ROOT), days, clock)
    try:
        yield store
    finally:
        store.close()


def keep(store: ContentStore, name: str, tenant: str = "north", said: str = SAID) -> None:
    store.keep(name, tenant, "key", "person", Sensitive(said), Sensitive(ANSWERED))


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def wrapped(database: Database) -> list[bytes]:
    with database.engine.connect() as connection:
        return [row.wrapped for row in connection.execute(select(CONTENT_KEYS.c.wrapped))]


def test_content_is_read_back_written_or_not(database: Database) -> None:
    with opened(database, north=30) as store:
        keep(store, "ex_1")
        before = store.read("ex_1", "north", "reader")
    with opened(database, north=30) as store:
        after = store.read("ex_1", "north", "reader")
        assert before == after
        assert after is not None
        assert (after.prompt.reveal(), after.reply.reveal(), after.person) == (SAID, ANSWERED, "person")
        assert [each.key_id for each in store.readings("ex_1", "north")] == ["reader", "reader"]


def test_nobody_else_reads_it_and_who_did_not_opt_in_keeps_none(database: Database) -> None:
    with opened(database, north=30) as store:
        keep(store, "ex_1")
        keep(store, "ex_2", "south")
        assert store.read("ex_1", "south", "reader") is None
        assert store.readings("ex_1", "south") == []
    with opened(database, north=30) as store:
        assert store.read("ex_1", "south", "reader") is None
        assert store.read("ex_2", "south", "reader") is None


def test_no_plain_text_is_in_any_file(database: Database, tmp_path: Path) -> None:
    with opened(database, north=30) as store:
        for number in range(300):
            keep(store, f"ex_{number}", said=f"{SAID} {number}" * 20)
        for number in range(300):
            assert store.read(f"ex_{number}", "north", "reader") is not None
    held = bytes_of(tmp_path)
    for plain in (SAID, ANSWERED):
        assert plain.encode() not in held
        assert plain.encode("utf-16-le") not in held


def test_odd_text_comes_back(database: Database) -> None:
    odd = "half \ud800 a pair, \x00, é, 🐟"
    with opened(database, north=30) as store:
        keep(store, "ex_1", said=odd)
    with opened(database, north=30) as store:
        found = store.read("ex_1", "north", "reader")
        assert found is not None
        assert found.prompt.reveal() == odd


def test_a_shredded_day_leaves_no_byte_of_its_key(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By itself the store shreds at its start, in its own thread: that may come to it when the clock is days ahead.
    monkeypatch.setattr(ContentStore, "_shredded", lambda _: True)
    days, tenants, begun = 12, [f"tenant{number}" for number in range(25)], 1_700_000_000.0
    now = [begun]
    pairs = [(day, tenant) for day in range(days) for tenant in tenants]
    random.Random(4).shuffle(pairs)
    keys: dict[int, list[bytes]] = {}
    with opened(database, now, **dict.fromkeys(tenants, 5)) as store:
        for day, tenant in pairs:
            before = set(wrapped(database))
            now.append(begun + day * DAY_S)
            keep(store, f"ex_{tenant}_{day}", tenant)
            store.flush()
            keys.setdefault(day, []).extend(set(wrapped(database)) - before)
        assert all(len(each) == len(tenants) for each in keys.values())
        for today in range(5, days + 5):
            done = store.shred(begun + today * DAY_S)
            assert (done.keys, done.contents, done.clean) == (len(tenants), len(tenants), True)
            held = bytes_of(tmp_path)
            for day in range(days):
                pieces = [key[at : at + 16] for key in keys[day] for at in (0, 16, 32, 44)]
                left = sum(piece in held for piece in pieces)
                assert left == (0 if day <= today - 5 else len(pieces))
            assert (store.read("ex_tenant3_4", "tenant3", "r") is None) == (today >= 9)


def test_a_day_that_passed_while_stopped_or_crashed_is_shredded_at_start(database: Database, tmp_path: Path) -> None:
    with opened(database, north=30) as store:
        keep(store, "ex_1")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE content_keys SET expires = 1"))
    (key,) = wrapped(database)
    # A crash between the two steps: the key is gone from the table, the log not emptied, the row still there.
    SqlContents(database).destroy_keys(lambda _: True)
    assert key in bytes_of(tmp_path)
    shredded = threading.Event()
    real = ContentStore.shred

    def shred(store: ContentStore, now: float) -> object:
        done = real(store, now)
        shredded.set()
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContentStore, "shred", shred)
        with opened(database):
            assert shredded.wait(60)
    assert key not in bytes_of(tmp_path)
    with database.engine.connect() as connection:
        assert connection.execute(select(CONTENTS)).all() == []


@pytest.mark.parametrize(("kept", "now", "gone_after"), [(30, 7, 7), (7, 30, 7), (7, None, 7)])
def test_the_fewer_days_hold(database: Database, kept: int, now: int | None, gone_after: int) -> None:
    with opened(database, north=kept) as store:
        keep(store, "ex_1")
        store.flush()
        found = store.read("ex_1", "north", "reader")
    assert found is not None
    with opened(database, (), **({} if now is None else {"north": now})) as store:
        assert store.shred((day_of(found.at) + gone_after) * DAY_S - 1).keys == 0
        assert store.shred((day_of(found.at) + gone_after) * DAY_S).keys == 1


def test_a_day_with_many_rows_is_swept_whole(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.stores.contents.SWEEP_ROWS", 7)
    with opened(database, north=1, south=9) as store:
        for number in range(21):
            keep(store, f"ex_{number}", "north" if number < 14 else "south")
    # Of a store that runs its own thread may come first.
    contents = SqlContents(database)
    assert contents.destroy_keys(lambda key: key.tenant == "north") == 1
    assert contents.sweep() == 14
    with opened(database, south=9) as store:
        assert store.read("ex_14", "south", "reader") is not None


def test_a_database_that_fails_is_tried_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tried, real = threading.Semaphore(0), SqlContents.destroy_keys

    def failing(*_: object) -> int:
        tried.release()
        raise OperationalError("", {}, Exception("disk is full"))

    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    monkeypatch.setattr(SqlContents, "destroy_keys", failing)
    with opened(database, north=30) as store:
        assert tried.acquire(timeout=60)
        assert tried.acquire(timeout=60)
        monkeypatch.setattr(SqlContents, "destroy_keys", real)
        keep(store, "ex_1")
        store.flush()
        assert store.read("ex_1", "north", "reader") is not None


def test_a_reader_who_keeps_the_log_is_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(database, north=30) as store:
        monkeypatch.setattr(Database, "truncate_log", lambda _: False)
        assert not store.shred(0.0).clean


def test_nothing_is_lost_while_the_database_fails(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = SqlContents.write, threading.Event()

    def failing(*_: object) -> None:
        failed.set()
        raise OperationalError("", {}, Exception("disk is full"))

    monkeypatch.setattr(SqlContents, "write", failing)
    with opened(database, north=30) as store:
        for number in range(250):
            keep(store, f"ex_{number}")
        assert failed.wait(60)
        monkeypatch.setattr(SqlContents, "write", real)
    with opened(database, north=30) as store:
        assert all(store.read(f"ex_{number}", "north", "reader") for number in range(250))


def test_what_waits_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING_CHARS", 100)
    monkeypatch.setattr(ContentStore, "flush", lambda _: None)
    with opened(database, north=30) as store:
        for number in range(5):
            keep(store, f"ex_{number}", said="x" * 20)
        assert [bool(store.read(f"ex_{number}", "north", "r")) for number in range(5)] == [
            True,
            True,
            False,
            False,
            False,
        ]


def test_who_has_opted_in(tmp_path: Path) -> None:
    tenants = {"yes": {"content": "masked", "retention_days": 3}, "no": {}, "bare": {"content": "masked"}}
    wire = {
        "audit": {"tenants": tenants},
        "trust": {"tenants": {"bare": {"masking": {"mode": "observe"}}}},
        "server": {"data_dir": str(tmp_path)},
    }
    assert days_kept(Settings.model_validate(wire)) == {"yes": 3}
    assert days_kept(Settings.model_validate({**wire, "trust": {"mode": "observe"}})) == {}


def test_a_store_is_opened_while_anything_waits_to_expire(database: Database) -> None:
    nobody = Settings.model_validate({})
    assert open_content(nobody, ROOT, database) is None
    with opened(database, north=30) as store:
        keep(store, "ex_1")
    late = open_content(nobody, ROOT, database)
    assert late is not None
    assert late.read("ex_1", "north", "reader") is not None
    assert not late.keeps("north")
    late.close()


def test_no_repr_shows_text(database: Database) -> None:
    with opened(database, north=30) as store:
        keep(store, "ex_1")
        assert SAID not in f"{store.read('ex_1', 'north', 'reader')!r} {store.__dict__}"
