"""`shoal route labels`: one organisation's feedback as labels, each reading written down, and nothing of another's."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.routing.labels import read_labels
from shoal.routing.rightsize.tasks import Known, read_tasks
from shoal.stores.contents import SqlContents
from shoal.stores.database import Database
from shoal.stores.feedback import SqlFeedback
from shoal.stores.ledger import Record, SqlLedger
from shoal.trust.keys import RootKey
from shoal.trust.retention.content import ContentStore
from shoal.trust.retention.feedback import About, FeedbackBook, Said
from shoal.trust.retention.sealing import Envelope
from shoal.trust.sensitive import Sensitive
from tests.unit.cli.conftest import Shell

SETTINGS = """
[trust]
mode = "enforce"
[audit.tenants.north]
content = "masked"
[audit.tenants.south]
content = "masked"
"""


@pytest.fixture
def used(shell: Shell) -> Shell:
    """Twenty answers of the north and two of the south, each with one thumb; one more whose request is not kept."""
    shell.write("shoal.toml", SETTINGS)
    database = Database(shell.data)
    database.migrate()
    days = {"north": 30, "south": 30}
    envelope = Envelope(RootKey.open(None, shell.data))
    contents = ContentStore(SqlContents(database), SqlFeedback(database), envelope, days)
    book, ledger = FeedbackBook(SqlFeedback(database), envelope, days), SqlLedger(database)
    for tenant, count in (("north", 21), ("south", 2)):
        for at in range(count):
            name, key = f"ex_{tenant}_{at}", f"key_{at % 10}"
            attempt = Attempt("small", "h", Purpose.ANSWER, 0.0, outcome="ok", usage=Usage(10, 40))
            record = Record(name, tenant, key, time.time(), "auto", False, "small", "because", outcome="ok")
            record.attempts.append(attempt)
            record.trust = {"routing": {"model": "small", "propensity": 0.95}}
            ledger.add(record)
            if at < 20:
                prompt = {"messages": [{"role": "user", "content": f"{tenant} asks <PERSON_1> about lamp {at}"}]}
                contents.keep(name, tenant, key, None, Sensitive(json.dumps(prompt)), Sensitive("{}"))
            book.add(About(name, tenant, key, None), Said("up" if at % 2 else "down"))
    contents.close()
    ledger.close()
    database.close()
    return shell


def make(shell: Shell, *more: str) -> tuple[Path, dict[str, object]]:
    out = shell.home / "heard.jsonl"
    said = shell("route", "labels", "--tenant", "north", "--out", str(out), "--json", *more)
    assert said.code == 0, said.err
    return out, said.json()


def test_feedback_becomes_labels(used: Shell) -> None:
    out, told = make(used)
    assert told == {"file": str(out), "share": 0.1, "rated": 21, "kept": 20, "scored": 20, "labels": 20}
    found = read_labels(out)
    assert all("north asks <PERSON_1>" in ask for ask in found.asks)
    assert sorted(found.scores[:, 0].tolist()) == [0.0] * 10 + [1.0] * 10
    assert set(found.tokens[:, 0].tolist()) == {40.0}
    assert all(json.loads(line)["propensity"] == 0.95 for line in out.read_text().splitlines())
    assert out.stat().st_mode & 0o777 == 0o600
    tasks = {task.id: task for task in read_tasks(out).all}
    assert set(tasks) == {f"ex_north_{at}" for at in range(20)}
    assert tasks["ex_north_1"].known == {"small": Known(1.0, 40)}


def test_each_reading_is_written_down(used: Shell) -> None:
    make(used)
    database = Database(used.data)
    try:
        readings = SqlContents(database).readings("ex_north_3", "north")
    finally:
        database.close()
    assert [each.key_id for each in readings] == ["shoal route labels"]
    events = [json.loads(line) for line in used("audit", "export").out.splitlines()]
    read = [each for each in events if "content_read" in json.dumps(each)]
    assert len(read) == 20
    assert "lamp" not in json.dumps(events)


def test_too_few_keys(used: Shell) -> None:
    said = used("route", "labels", "--tenant", "south", "--out", "south.jsonl")
    assert said.code == 3
    assert "2 keys gave feedback" in said.err
    assert used("route", "labels", "--tenant", "south", "--out", "south.jsonl", "--share", "1").code == 0
    assert "2 labels from 2 answers" in used("route", "labels", "--tenant", "south", "--out", "s", "--share", "1").out


def test_a_tenant_that_keeps_nothing(used: Shell) -> None:
    said = used("route", "labels", "--tenant", "west", "--out", "west.jsonl")
    assert said.code != 0
    assert "audit.tenants.west content" in said.err
    assert not (used.home / "west.jsonl").exists()


def test_no_feedback_yet(shell: Shell) -> None:
    shell.write("shoal.toml", SETTINGS)
    said = shell.begun()("route", "labels", "--tenant", "north", "--out", "none.jsonl")
    assert said.code == 0
    assert said.out.startswith("0 labels from 0 answers")
