"""`shoal trust erase`: counts, asks, removes, and says what remains."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from shoal.cli import erase as module
from shoal.identity import Role, mint
from shoal.stores.contents import SqlContents
from shoal.stores.database import Database
from shoal.stores.erasure import Erasure
from shoal.stores.feedback import SqlFeedback
from shoal.stores.journal import Journal
from shoal.stores.journal_lines import closed_line, open_line
from shoal.stores.keys import SqlKeys
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.salts import SqlSalts
from shoal.trust.keys import RootKey
from shoal.trust.retention.content import ContentStore
from shoal.trust.retention.feedback import About, FeedbackBook, Said
from shoal.trust.retention.person import Persons
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive
from tests.unit.cli.conftest import Said as Told
from tests.unit.cli.conftest import Shell
from tests.waiting import until

TENANTS, PEOPLE = ("northsea", "southsea"), ("jane@example.org", "john@example.org")


@pytest.fixture(autouse=True)
def no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_S", 0)


@pytest.fixture
def used(shell: Shell) -> Shell:
    """A data directory that two tenants have used, each for two people, one exchange each."""
    database = Database(shell.data)
    database.migrate()
    root = RootKey.open(None, shell.data)
    persons, ledger = Persons(SqlSalts(database), root), SqlLedger(database)
    days = dict.fromkeys(TENANTS, 30)
    book = FeedbackBook(SqlFeedback(database), Envelope(root), days)
    content = ContentStore(SqlContents(database), SqlFeedback(database), Envelope(root), days)
    for tenant in TENANTS:
        SqlKeys(database).add(mint(f"owner at {tenant}", Role.ADMIN, tenant=tenant).stored)
        for at, user in enumerate(PEOPLE):
            name, person = f"ex_{tenant}_{at}", persons.person_of(tenant, user)
            ledger.add(Record(name, tenant, "key", 1.0, "m", False, person=person))
            content.keep(name, tenant, "key", person, Sensitive("asked"), Sensitive("said"))
            book.add(About(name, tenant, "key", person), Said("up", reason=Sensitive("because")))
    content.close()
    ledger.close()
    database.close()
    return shell


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def erase(shell: Shell, *words: str) -> Told:
    return shell("trust", "erase", *words)


def test_a_dry_run_counts_and_removes_nothing(used: Shell) -> None:
    for _ in range(2):
        said = erase(used, "--tenant", "northsea", "--dry-run")
        assert said.code == 0, said.err
        assert "exchanges\t2\n" in said.out
        assert "rows would be removed" in said.out
    rows = erase(used, "--tenant", "northsea", "--dry-run", "--json").json()
    assert rows["rows"]["feedback"] == rows["rows"]["contents"] == 2
    assert rows["dry_run"] is True


def test_a_tenant_is_removed_and_what_remains_is_said(used: Shell) -> None:
    assert b"northsea" in bytes_of(used.data)
    said = erase(used, "--tenant", "northsea", "--yes")
    assert said.code == 0, said.err
    assert "API keys\t1\n" in said.out
    assert "What remains: the audit chains" in said.err
    assert b"northsea" not in bytes_of(used.data)
    assert b"southsea" in bytes_of(used.data)
    again = erase(used, "--tenant", "northsea", "--yes", "--json").json()
    assert not any(again["rows"].values())
    assert (again["clean"], again["left"]) == (True, 0)


def test_a_person_is_removed_from_all_tenants_or_one(used: Shell) -> None:
    one = erase(used, "--person", PEOPLE[0], "--tenant", "northsea", "--yes", "--json").json()
    assert (one["rows"]["exchanges"], one["rows"]["contents"], one["rows"]["feedback"]) == (1, 1, 1)
    other = erase(used, "--person", PEOPLE[0], "--yes", "--json").json()
    assert other["rows"]["exchanges"] == 1
    assert erase(used, "--person", PEOPLE[1], "--dry-run", "--json").json()["rows"]["exchanges"] == 2
    assert not any(erase(used, "--person", "nobody", "--yes", "--json").json()["rows"].values())


def test_nothing_is_removed_without_a_yes(used: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in ("n", ""):
        monkeypatch.setattr("typer.confirm", lambda *_, answer=answer, **__: _declined(answer))
        said = erase(used, "--tenant", "northsea")
        assert said.code == 1
        assert "exchanges\t2\n" in said.err
    assert erase(used, "--tenant", "northsea", "--json").code == 2
    assert erase(used, "--tenant", "northsea", "--dry-run", "--json").json()["rows"]["exchanges"] == 2


def _declined(_: str) -> None:
    import typer

    raise typer.Abort


@pytest.mark.parametrize("words", [(), ("--tenant", ""), ("--tenant", "*", "--yes")])
def test_wrong_usage(shell: Shell, words: tuple[str, ...]) -> None:
    assert erase(shell.begun(), *words).code == 2


def test_it_fails_where_something_is_left(used: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Erasure, "finish", lambda _: False)
    said = erase(used, "--tenant", "northsea", "--yes")
    assert said.code == 1
    assert "run the same command again" in said.err
    monkeypatch.setattr(Erasure, "finish", lambda _: True)
    monkeypatch.setattr(Erasure, "remove", lambda *_: {"exchanges": 0})
    said = erase(used, "--tenant", "southsea", "--yes")
    assert said.code == 1
    assert "a request under way" in said.err


@pytest.fixture
def gateway(used: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    """The ledger of a gateway that runs meanwhile; the command waits until it has begun a new journal."""
    journal = Journal(used.data / "journal")
    ledger = SqlLedger(Database(used.data), journal)

    def turned(_: float) -> None:
        until(lambda: journal.first > 1)

    # The command's clock alone: the gateway's threads are in this process too.
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=turned, time_ns=time.time_ns))
    yield ledger
    ledger.close()


def test_the_journal_of_a_running_gateway_forgets_too(used: Shell, gateway: SqlLedger) -> None:
    gateway.add(Record("ex_new", "northsea", "key", 1.0, "m", False))
    assert gateway.flush()
    said = erase(used, "--tenant", "northsea", "--yes")
    assert said.code == 0, said.err
    assert "exchanges\t3\n" in said.out
    assert b"northsea" not in bytes_of(used.data)


@pytest.mark.parametrize(("words", "left"), [(("--tenant", "northsea"), 1), (("--tenant", "southsea"), 0)])
def test_a_request_under_way_is_said(used: Shell, gateway: SqlLedger, words: tuple[str, ...], left: int) -> None:
    gateway.open(Record("ex_new", "northsea", "key", 1.0, "m", False))
    said = erase(used, *words, "--yes", "--json")
    assert (said.code, said.json()["left"]) == (min(left, 1), left)


def test_what_a_crash_left_in_a_journal_is_erased(used: Shell) -> None:
    died = Journal(used.data / "journal")
    died.closed("ex_new", closed_line(Record("ex_new", "northsea", "key", 1.0, "m", False)))
    died.opened("ex_open", open_line(Record("ex_open", "northsea", "key", 1.0, "m", False)))
    died.close(keep=True)
    said = erase(used, "--tenant", "northsea", "--yes")
    assert said.code == 0, said.err
    assert "exchanges\t4\n" in said.out
    assert b"northsea" not in bytes_of(used.data)
