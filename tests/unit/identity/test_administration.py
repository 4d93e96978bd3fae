"""Changes: one at a time, done once however often they are asked for, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from shoal.config.events import EventRules
from shoal.errors import AuditFailed, Conflict, RequestError, StorageUnreachable
from shoal.identity import Identity, Key, Role
from shoal.identity.administration import Administration, Answer, Change, Once
from shoal.identity.events import Events
from shoal.identity.key_admin import KeyWish, create_key, disable_key, list_keys
from shoal.identity.people_admin import create_team, delete_team
from shoal.stores.answers import ANSWERS
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.stores.keys import SqlKeys

ACTOR = Key("a", "t", Role.ADMIN)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> Iterator[Administration]:
    events = Events(SqlOutbox(database.engine), EventRules())
    yield Administration(database.engine, Identity(SqlKeys(database)), events, b"s" * 32, clock)
    events.close()


def new_key(change: Change) -> Answer:
    return create_key(change, KeyWish("k"))


def count(desk: Administration) -> int:
    return len(desk.read(ACTOR, lambda change: list_keys(change, 1000, None)))


def test_a_request_that_is_sent_again_at_once_is_done_once(desk: Administration) -> None:
    once, gate = Once("chosen", b"r" * 32), threading.Barrier(8)

    def ask() -> str:
        gate.wait()
        return str((desk.change(ACTOR, new_key, once).body or {})["key"])

    with ThreadPoolExecutor(8) as pool:
        keys = {future.result() for future in [pool.submit(ask) for _ in range(8)]}
    assert len(keys) == 1
    assert count(desk) == 1


def test_the_kept_answer_holds_the_key_for_who_knows_the_idempotency_key_alone(
    desk: Administration, database: Database, clock: Clock
) -> None:
    made = desk.change(ACTOR, new_key, Once("chosen", b"r" * 32)).body or {}
    with database.engine.connect() as connection:
        rows = connection.execute(ANSWERS.select()).all()
    assert len(rows) == 1
    assert made["key"].encode() not in bytes(rows[0].sealed)
    assert b"chosen" not in bytes(rows[0].key)
    with pytest.raises(Conflict):
        desk.change(ACTOR, new_key, Once("chosen", b"other request".ljust(32)))
    desk.change(Key("b", "t", Role.ADMIN), new_key, Once("chosen", b"r" * 32))
    assert count(desk) == 2
    clock.now += 86_401
    desk.change(ACTOR, new_key, Once("chosen", b"r" * 32))
    assert count(desk) == 3


def test_what_failed_is_not_kept_and_changes_nothing(desk: Administration, database: Database) -> None:
    def work(change: Change) -> Answer:
        new_key(change)
        raise RequestError("no")

    for _ in range(2):
        with pytest.raises(RequestError):
            desk.change(ACTOR, work, Once("chosen", b"r" * 32))
    assert count(desk) == 0
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar() == 0


def test_a_team_is_deleted_or_gets_a_key_never_both(desk: Administration) -> None:
    for number in range(6):
        team = f"team-{number}"
        desk.change(ACTOR, lambda change, team=team: create_team(change, team, team))  # type: ignore[misc]
        gate = threading.Barrier(2)

        def make(team: str = team, gate: threading.Barrier = gate) -> bool:
            gate.wait()
            try:
                desk.change(ACTOR, lambda change: create_key(change, KeyWish("k", team=team)))
            except RequestError:
                return False
            return True

        def delete(team: str = team, gate: threading.Barrier = gate) -> bool:
            gate.wait()
            try:
                desk.change(ACTOR, lambda change: delete_team(change, team, with_keys=False))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            made, deleted = pool.submit(make), pool.submit(delete)
            assert made.result() is not deleted.result()


def test_pages_of_keys_of_the_same_moment(desk: Administration, database: Database) -> None:
    for _ in range(5):
        desk.change(ACTOR, new_key)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE keys SET created = 7.25"))
    seen: list[str] = []
    after = None
    while rows := desk.read(ACTOR, lambda change, after=after: list_keys(change, 2, after)):  # type: ignore[misc]
        seen += [row.id for row in rows]
        after = (rows[-1].created, rows[-1].id)
    assert len(seen) == len(set(seen)) == 5


def test_a_change_is_remembered_in_this_process_no_longer(
    desk: Administration, database: Database, clock: Clock
) -> None:
    made = desk.change(ACTOR, new_key).body or {}
    identity = Identity(SqlKeys(database), clock)
    desk._identity = identity
    assert identity.authenticate(made["key"]).id == made["id"]
    assert identity.recall(made["key"]) is not None
    desk.change(ACTOR, lambda change: disable_key(change, made["id"]))
    assert identity.recall(made["key"]) is None


def test_what_cannot_be_written_down_is_not_done(desk: Administration) -> None:
    def full() -> None:
        raise AuditFailed("full")

    desk._notice.check = full  # type: ignore[method-assign]
    with pytest.raises(AuditFailed):
        desk.change(ACTOR, new_key)
    assert count(desk) == 0


def test_a_database_that_fails_is_said(desk: Administration, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE keys RENAME TO away"))
    with pytest.raises(StorageUnreachable):
        count(desk)
    with pytest.raises(StorageUnreachable):
        desk.change(ACTOR, new_key)
