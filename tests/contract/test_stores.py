"""What every store of the database must do, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from shoal.call import Attempt, Purpose
from shoal.identity import Role, mint
from shoal.stores import day_keys
from shoal.stores.contents import ContentRow, Keys, Reading, SqlContents
from shoal.stores.database import Database
from shoal.stores.day_keys import DayKey
from shoal.stores.erasure import Erasure, of_persons, of_tenant
from shoal.stores.feedback import FeedbackRow, SqlFeedback
from shoal.stores.keys import KEYS, SqlKeys
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.passages import Document, Draft, SqlPassages
from shoal.stores.salts import SqlSalts
from shoal.stores.usage_sums import usage_total
from tests.waiting import SOON_S

DOCUMENT = Document("/a", "a.md", "text", "0" * 64, 1, 10, 1.0, 2.0)


def test_the_first_salt_stays(database: Database) -> None:
    salts = SqlSalts(database)
    assert salts.find("north") is None
    assert salts.make("north", b"one") == b"one"
    assert salts.make("north", b"two") == b"one"
    assert salts.find("north") == b"one"
    salts.make("east", b"three")
    assert salts.tenants() == ["east", "north"]


def content(name: str, tenant: str, day: int) -> ContentRow:
    return ContentRow(name, tenant, day, "key", None, b"\x00sealed")


def keep(database: Database, tenant: str, day: int, *names: str) -> None:
    def sealing(keys: Keys) -> list[ContentRow]:
        keys(DayKey(tenant, day, day + 3, f"wrapped {tenant} {day}".encode()))
        return [content(name, tenant, day) for name in names]

    SqlContents(database).write(sealing)


def test_contents_die_with_their_key(database: Database) -> None:
    contents = SqlContents(database)
    keep(database, "north", 1, "a", "b")
    keep(database, "north", 2, "c")
    assert contents.read("a", "north") == (content("a", "north", 1), b"wrapped north 1")
    assert contents.read("a", "south") is None
    contents.note_reading("a", "north", Reading("k", 5.0))
    assert contents.readings("a", "north") == [Reading("k", 5.0)]
    assert contents.destroy_keys(lambda key: key.day == 1) == 1
    assert contents.destroy_keys(lambda key: key.day == 1) == 0
    assert contents.read("a", "north") is None
    assert contents.scrub()
    assert contents.sweep() == 2
    assert contents.read("c", "north") is not None


def test_no_key_is_lost_that_is_made_while_others_are_destroyed(database: Database) -> None:
    """Whoever made a key and has not committed yet must find it afterwards."""
    keep(database, "north", 1, "a")
    contents, made, go = SqlContents(database), threading.Event(), threading.Event()

    def sealing(keys: Keys) -> list[ContentRow]:
        keys(DayKey("north", 2, 9, b"new"))
        made.set()
        assert go.wait(SOON_S)
        return [content("b", "north", 2)]

    writer = threading.Thread(target=contents.write, args=(sealing,))
    writer.start()
    assert made.wait(SOON_S)
    destroyer = threading.Thread(target=contents.destroy_keys, args=(lambda key: key.day == 1,))
    destroyer.start()
    go.set()
    for thread in (writer, destroyer):
        thread.join(SOON_S)
    assert contents.read("b", "north") == (content("b", "north", 2), b"new")
    assert contents.read("a", "north") is None


def test_feedback_is_counted_by_the_last_of_each_exchange(database: Database) -> None:
    feedback = SqlFeedback(database)
    for number, (exchange, rating) in enumerate([("a", "up"), ("a", "down"), ("b", "up"), ("c", None)]):
        row = FeedbackRow(f"fb_{number}", exchange, "north", 7, "k", None, float(number), rating, "accepted", b"s")
        feedback.add(row)
    with database.engine.begin() as connection:
        day_keys.ensure(connection, DayKey("north", 7, 9, b"wrapped"))
    counts = feedback.counts(0.0)
    assert (counts.given, counts.exchanges) == (4, 3)
    assert (counts.ratings, counts.outcomes) == ({"up": 1, "down": 1}, {"accepted": 3})
    assert [row.id for row, wrapped in feedback.of("a", "north")] == ["fb_0", "fb_1"]
    assert feedback.number("a", "north") == 2
    SqlContents(database).destroy_keys(lambda _: True)
    assert feedback.sweep() == 4


def test_keys_come_back_as_they_went(database: Database) -> None:
    keys = SqlKeys(database)
    member, admin = mint("m", Role.MEMBER), mint("a", Role.ADMIN)
    keys.add(member.stored, admin.stored)
    assert keys.find(member.stored.id) == member.stored
    with pytest.raises(IntegrityError):
        keys.add(admin.stored)
    with database.engine.connect() as connection:
        assert len(connection.execute(select(KEYS)).all()) == 2


def test_passages_are_found_whatever_holds_the_rest(database: Database) -> None:
    passages = SqlPassages(database)
    collection = passages.make("north", "papers")
    passages.put(collection, DOCUMENT, [Draft("Tides", "The moon draws the sea.")])
    assert passages.make("north", "papers") == collection
    assert [each.text for each in passages.match("moon", [collection], 1.0, 3)] == ["The moon draws the sea."]
    counted = Erasure(database).count(of_tenant("north"))
    assert (counted["collections"], counted["documents"], counted["passages"]) == (1, 1, 1)


def test_usage_adds_up(database: Database) -> None:
    ledger = SqlLedger(database)
    for number in range(3):
        attempt = Attempt("m", "h", Purpose.ANSWER, 1.0, 0, "ok")
        ledger.add(Record(f"ex_{number}", "north", "k", 3600.0 * number, "m", False, attempts=[attempt]))
    ledger.close()
    total = usage_total(database, tenant="north")
    assert (total.exchanges, total.attempts) == (3, 3)


def test_a_tenant_and_a_person_can_be_erased(database: Database) -> None:
    ledger = SqlLedger(database)
    for number, person in enumerate(["p", "q", "p"]):
        tries = [Attempt("m", "h", Purpose.ANSWER, 1.0, at, "ok") for at in range(2)]
        ledger.add(Record(f"ex_{number}", "north", "k", 1.0, "m", False, person=person, attempts=tries))
    ledger.close()
    SqlKeys(database).add(mint("m", Role.MEMBER, tenant="north").stored)
    SqlSalts(database).make("north", b"salt")
    erasure = Erasure(database)
    removed = erasure.remove(of_persons([("north", "p")]))
    assert (removed["exchanges"], removed["attempts"]) == (2, 4)
    removed = erasure.remove(of_tenant("north"))
    assert (removed["exchanges"], removed["API keys"], removed["salt of persons"]) == (1, 1, 1)
    assert erasure.finish()
    assert not any(erasure.count(of_tenant("north")).values())


START = """
import sys
from pathlib import Path
from shoal.stores.database import Database

database = Database(Path(sys.argv[1]), *sys.argv[2:])
print("ready", flush=True)
sys.stdin.readline()
database.migrate()
database.close()
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_several_that_start_at_once_make_the_tables_once(kind: str, postgres_url: str, tmp_path: Path) -> None:
    more = [postgres_url] if kind == "postgres" else []
    command = [sys.executable, "-c", START, str(tmp_path), *more]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    ends = []
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, said = process.communicate(timeout=60)
        ends.append((process.returncode, said))
    assert ends == [(0, "")] * 3
    database = Database(tmp_path, *more)
    assert {"exchanges", "journals", "keys"} <= set(inspect(database.engine).get_table_names())
    database.close()
