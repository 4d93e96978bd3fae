"""`shoal route families`: the kinds of one organisation's kept requests, without a word of them, and a file of tasks
that `shoal rightsize` takes."""

from __future__ import annotations

import json
import time

import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Impacts, Range
from shoal.routing.rightsize.tasks import read_tasks
from shoal.stores.contents import SqlContents
from shoal.stores.database import Database
from shoal.stores.feedback import SqlFeedback
from shoal.stores.ledger import Record, SqlLedger
from shoal.trust.keys import RootKey
from shoal.trust.retention.content import ContentStore
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
SECRET = "zebra"


@pytest.fixture
def used(shell: Shell) -> Shell:
    """Of the north 40 translations by the small model and 20 other requests by the large one; of the south one; a
    reply that failed, and one whose content is kept although its record is gone."""
    shell.write("shoal.toml", SETTINGS)
    database = Database(shell.data)
    database.migrate()
    envelope = Envelope(RootKey.open(None, shell.data))
    contents = ContentStore(SqlContents(database), SqlFeedback(database), envelope, {"north": 30, "south": 30})
    ledger = SqlLedger(database)
    rows = [("north", "small", f"Translate to French: {SECRET} {at}", "ok") for at in range(40)]
    rows += [("north", "large", f"where is parcel {at} of <PERSON_1>", "ok") for at in range(20)]
    rows += [("south", "large", "a secret of the south", "ok"), ("north", "large", "this failed", "host_timeout")]
    for at, (tenant, model, ask, outcome) in enumerate(rows):
        name = f"ex_{at:03}"
        record = Record(name, tenant, "key_1", time.time(), "auto", False, model, "because", outcome=outcome)
        record.attempts.append(Attempt(model, "h", Purpose.ANSWER, 0.0, outcome="ok", usage=Usage(10, 40)))
        record.impacts = Impacts(energy_wh=Range.checked(0.5, 1.0, 2.0), cost_usd=Range.checked(0.01, 0.01, 0.01))
        ledger.add(record)
        reply = {"choices": [{"index": 0, "content": f"answer {at}"}]}
        prompt = {"messages": [{"role": "user", "content": ask}]}
        contents.keep(name, tenant, "key_1", None, Sensitive(json.dumps(prompt)), Sensitive(json.dumps(reply)))
    contents.keep("ex_gone", "north", "key_1", None, Sensitive('{"messages": []}'), Sensitive("{}"))
    contents.close()
    ledger.close()
    database.close()
    return shell


def test_families_with_what_they_took(used: Shell) -> None:
    told = used("route", "families", "--tenant", "north", "--json").json()
    assert (told["kept"], told["read"]) == (62, 60)
    translations, others = told["families"]
    assert translations["name"].startswith("template ")
    assert (translations["count"], translations["models"]) == (40, {"small": 40})
    assert translations["share"] == pytest.approx(2 / 3)
    assert translations["taken"]["energy_wh"] == pytest.approx([20.0, 40.0, 80.0])
    assert others["taken"]["cost_usd"] == pytest.approx([0.2, 0.2, 0.2])
    assert len(others["examples"]) == 3
    assert told == used("route", "families", "--tenant", "north", "--json").json()


def test_no_text_unless_asked_for(used: Shell) -> None:
    plain = used("route", "families", "--tenant", "north")
    assert plain.code == 0, plain.err
    assert "where is parcel" not in plain.out
    assert "<PERSON_1>" not in plain.out
    shown = used("route", "families", "--tenant", "north", "--show", "2")
    assert shown.out.count("where is parcel") == 2


def test_the_file_is_one_of_tasks(used: Shell) -> None:
    out = used.home / "tasks.jsonl"
    said = used("route", "families", "--tenant", "north", "--out", str(out), "--answers", "--most", "30")
    assert said.code == 0, said.err
    assert out.stat().st_mode & 0o777 == 0o600
    tasks = read_tasks(out).all
    assert len(tasks) in (28, 29, 30)  # in the sample may be those that failed or are gone
    assert all(task.family and str(task.answer).startswith("answer ") for task in tasks)
    assert {task.chat.ask.split()[0] for task in tasks} == {"Translate", "where"}


def test_each_reading_is_written_down_and_nothing_of_others_is_read(used: Shell) -> None:
    used("route", "families", "--tenant", "north")
    database = Database(used.data)
    try:
        contents = SqlContents(database)
        assert [each.key_id for each in contents.readings("ex_003", "north")] == ["shoal route families"]
        assert contents.readings("ex_060", "south") == []
    finally:
        database.close()
    assert SECRET not in used("audit", "export").out


def test_a_tenant_that_keeps_nothing(used: Shell) -> None:
    said = used("route", "families", "--tenant", "west")
    assert said.code != 0
    assert "audit.tenants.west content" in said.err


def test_nothing_kept_yet(shell: Shell) -> None:
    shell.write("shoal.toml", SETTINGS)
    said = shell.begun()("route", "families", "--tenant", "north")
    assert said.code == 0, said.err
    assert said.out.startswith("0 requests of 0 that are kept")
