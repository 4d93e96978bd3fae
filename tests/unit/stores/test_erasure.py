"""Erasure: all that a tenant or a person left is counted, removed, and in no byte of any file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from shoal.call import Attempt, Purpose
from shoal.errors import StorageError
from shoal.identity import Role, mint
from shoal.stores.answers import KeptAnswer, keep_answer
from shoal.stores.changes import changing
from shoal.stores.contents import ContentRow, Keys, Reading, SqlContents
from shoal.stores.database import Database
from shoal.stores.day_keys import DayKey
from shoal.stores.erasure import Erasure, of_persons, of_tenant
from shoal.stores.events import add_event, new_event
from shoal.stores.feedback import FeedbackRow, SqlFeedback
from shoal.stores.keys import SqlKeys
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.passages import Document, Draft, SqlPassages
from shoal.stores.people import Team, User, add_entry
from shoal.stores.salts import SqlSalts
from shoal.stores.usage_hours import refresh
from shoal.stores.usage_sums import usage_sums

TENANTS = ("northsea", "southsea")
PEOPLE = ("a1a1a1a1", "b2b2b2b2")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    for tenant in TENANTS:
        leave(database, tenant)
    assert refresh(database, 100_000.0) == 1
    yield database
    database.close()


def leave(database: Database, tenant: str) -> None:
    """Something of everything, so much that indexes and tables have several pages."""
    SqlSalts(database).make(tenant, f"salt of {tenant}".encode())
    keys, ledger, contents = SqlKeys(database), SqlLedger(database), SqlContents(database)
    owned = mint(f"owned by {tenant}", Role.MEMBER, tenant=tenant).stored
    keys.add(owned)
    with changing(database.engine) as connection:
        add_entry(connection, Team(tenant, f"team of {tenant}", "a team", 1.0))
        add_entry(connection, User(f"user of {tenant}", tenant, "a user", "member", 1.0, email=f"ada@{tenant}"))
        add_event(connection, new_event("key.created", tenant, {"key": owned.id}), [f"hook of {tenant}"])
        keep_answer(connection, KeptAnswer(owned.id, b"k", b"r", 201, f"sealed of {tenant}".encode(), 1.0), 0.0)
    for number in range(200):
        name, person = f"ex_{tenant}_{number}", PEOPLE[number % 2]
        attempts = [Attempt("m", f"host of {tenant} {person}", Purpose.ANSWER, 1.0, 0, "ok", 1, 0.1, 0.5)]
        tags = {"team": f"{tenant} {person}"}
        record = Record(name, tenant, "key", 1.0, "m", False, tags=tags, person=person, attempts=attempts)
        ledger.add(record)
        ledger.amend(replace(record, tags={"team": f"later {tenant} {person}"}), "measured")
        feedback = FeedbackRow(f"fb_{name}", name, tenant, 7, "key", person, 1.0, "up", None, f"said {person}".encode())
        SqlFeedback(database).add(feedback)
        contents.note_reading(name, tenant, Reading(f"reader of {person}", 1.0))

    def sealing(keys: Keys) -> list[ContentRow]:
        keys(DayKey(tenant, 7, 9, f"wrapped of {tenant}".encode()))
        rows = [(f"ex_{tenant}_{number}", PEOPLE[number % 2]) for number in range(200)]
        return [ContentRow(name, tenant, 7, "key", who, f"sealed of {name} {who}".encode() * 9) for name, who in rows]

    contents.write(sealing)
    ledger.close()
    passages = SqlPassages(database)
    collection = passages.make(tenant, f"papers of {tenant}")
    for number in range(60):
        document = Document(f"/{tenant}/{number}", f"{tenant}.txt", "text", "0", 1, 10, 1.0, 2.0)
        drafts = [Draft(f"On {tenant}", f"{tenant} word{number}{tenant} and {at}") for at in range(20)]
        passages.put(collection, document, drafts)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_tenant_is_gone_from_every_byte_and_the_others_are_whole(database: Database, tmp_path: Path) -> None:
    erasure = Erasure(database)
    before = erasure.count(of_tenant("southsea"))
    counted = erasure.count(of_tenant("northsea"))
    assert b"northsea" in bytes_of(tmp_path)
    assert all(counted.values())
    assert erasure.remove(of_tenant("northsea")) == counted
    assert erasure.finish()
    assert b"northsea" not in bytes_of(tmp_path).lower()
    assert b"southsea" in bytes_of(tmp_path)
    assert erasure.count(of_tenant("southsea")) == before == counted
    assert not any(erasure.count(of_tenant("northsea")).values())
    passages = SqlPassages(database)
    (collection,) = passages.names("southsea").values()
    assert len(passages.match("southsea", [collection], 1.0, 50)) == 50
    assert passages.vocabulary("northsea") == []


def test_a_person_is_gone_from_every_byte_of_every_tenant(database: Database, tmp_path: Path) -> None:
    erasure, gone, stays = Erasure(database), PEOPLE[0].encode(), PEOPLE[1].encode()
    wheres = of_persons([(tenant, PEOPLE[0]) for tenant in TENANTS])
    counted = erasure.count(wheres)
    assert set(counted.values()) == {200}
    assert erasure.remove(wheres) == counted
    assert erasure.finish()
    held = bytes_of(tmp_path)
    assert gone not in held
    assert stays in held
    assert erasure.count(of_persons([("northsea", PEOPLE[1])])) == dict.fromkeys(counted, 100)


def test_what_was_added_up_is_added_up_anew_of_what_remains(database: Database) -> None:
    tags = [f"team=later {tenant} {PEOPLE[1]}" for tenant in TENANTS]
    Erasure(database).remove(of_persons([(tenant, PEOPLE[0]) for tenant in TENANTS]))
    for _ in range(2):
        found = usage_sums(database, "tag")
        assert [(sums.name, sums.exchanges) for sums in found] == [(tag, 100) for tag in tags]
        refresh(database, 100_000.0)
    Erasure(database).remove(of_tenant("northsea"))
    assert [(sums.name, sums.exchanges) for sums in usage_sums(database, "tenant")] == [("southsea", 100)]


def test_a_person_of_one_tenant_stays_with_the_other(database: Database) -> None:
    erasure = Erasure(database)
    erasure.remove(of_persons([("northsea", PEOPLE[0])]))
    assert erasure.count(of_persons([("southsea", PEOPLE[0])]))["exchanges"] == 100
    assert not any(erasure.count(of_persons([])).values())


def test_feedback_and_content_of_the_exchange_go_too_where_they_name_nobody(database: Database) -> None:
    nobody = FeedbackRow("fb_more", "ex_northsea_0", "northsea", 7, "key", None, 1.0, "down", None, None)
    SqlFeedback(database).add(nobody)
    assert Erasure(database).remove(of_persons([("northsea", PEOPLE[0])]))["feedback"] == 101
    assert SqlFeedback(database).of("ex_northsea_0", "northsea") == []


def test_all_or_none_is_removed(database: Database) -> None:
    erasure, wheres = Erasure(database), of_tenant("northsea")
    before = erasure.count(wheres)

    def full(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("DELETE FROM exchanges"):
            raise OSError("disk is full")

    engine: Engine = database.engine
    event.listen(engine, "before_cursor_execute", full)
    with pytest.raises(OSError, match="full"):
        erasure.remove(wheres)
    event.remove(engine, "before_cursor_execute", full)
    assert erasure.count(wheres) == before


def test_a_database_that_fails_is_said(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE feedback")
    for work in (Erasure(database).count, Erasure(database).remove):
        with pytest.raises(StorageError, match="not everything could be erased"):
            work(of_tenant("northsea"))
