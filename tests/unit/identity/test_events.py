"""Events: stored once, told to those who want them, and kept until a database that failed is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shoal.config.events import EventRules, Webhook
from shoal.identity.events import Events
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from tests.waiting import SOON_S

RULES = EventRules(
    webhooks={
        "all": Webhook(url="http://127.0.0.1:1/", secret="env:S"),
        "budgets": Webhook(url="http://127.0.0.1:1/", secret="env:S", names=("budget.*",)),
        "north": Webhook(url="http://127.0.0.1:1/", secret="env:S", tenants=("north",)),
    }
)


@pytest.fixture
def outbox(database: Database) -> SqlOutbox:
    return SqlOutbox(database.engine)


@pytest.fixture
def events(outbox: SqlOutbox) -> Iterator[Events]:
    made = Events(outbox, RULES)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "tenant", "told"),
    [
        ("key.created", "south", ["all"]),
        ("budget.80", "south", ["all", "budgets"]),
        ("budget.80", "north", ["all", "budgets", "north"]),
    ],
)
def test_who_is_told(events: Events, outbox: SqlOutbox, name: str, tenant: str, told: list[str]) -> None:
    assert events.emit(name, tenant, {"budget": "b"}).result(SOON_S)
    found = outbox.claim(list(RULES.webhooks), 4e9, 60, 10)
    assert sorted(each.webhook for each in found) == told
    assert {(each.event.name, each.event.tenant, each.event.data["budget"]) for each in found} == {(name, tenant, "b")}


def test_of_two_of_the_same_only_the_first_counts(events: Events, outbox: SqlOutbox) -> None:
    results = [events.emit("budget.80", "t", {"n": n}, dedupe="budget:b:2026-11:80") for n in range(5)]
    assert [each.result(SOON_S) for each in results] == [True, False, False, False, False]
    assert [each.event.data["n"] for each in outbox.claim(["all"], 4e9, 60, 10)] == [0]
    assert events.emit("budget.80", "t", {"n": 9}, dedupe="another").result(SOON_S)


def test_a_claimed_delivery_is_nobody_elses_until_its_lease_ends(events: Events, outbox: SqlOutbox) -> None:
    event = events.emit("key.created", "t", {})
    assert event.result(SOON_S)
    first = outbox.claim(["all"], 4e9, 60, 10)
    assert (len(first), first[0].attempts) == (1, 1)
    assert outbox.claim(["all"], 4e9 + 59, 60, 10) == []
    again = outbox.claim(["all"], 4e9 + 61, 60, 10)
    assert (len(again), again[0].attempts) == (1, 2)
    outbox.settle(again[0], "delivered", None)
    assert outbox.claim(["all"], 5e9, 60, 10) == []


def test_old_events_go_once_there_is_nothing_left_to_deliver(events: Events, outbox: SqlOutbox) -> None:
    assert events.emit("key.created", "south", {}).result(SOON_S)
    assert outbox.forget(4e9, ["all"]) == 0
    outbox.settle(outbox.claim(["all"], 4e9, 60, 10)[0], "delivered", None)
    assert outbox.forget(0, ["all"]) == 0
    assert outbox.forget(4e9, ["all"]) == 1


def test_what_nobody_is_told_of_goes_too(events: Events, outbox: SqlOutbox) -> None:
    assert events.emit("key.created", "south", {}).result(SOON_S)
    assert outbox.forget(4e9, ["another"]) == 1


def test_events_wait_for_a_database_that_is_away(
    events: Events, outbox: SqlOutbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoal.identity.events.AGAIN_S", 0.01)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE events RENAME TO away"))
    waiting = [events.emit("limit.hit", "south", {"n": n}) for n in range(3)]
    assert events._thread is not None
    assert not any(each.done() for each in waiting)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO events"))
    assert [each.result(SOON_S) for each in waiting] == [True] * 3
    assert [each.event.data["n"] for each in outbox.claim(["all"], 4e9, 60, 10)] == [0, 1, 2]


def test_what_waits_is_stored_at_the_end(outbox: SqlOutbox) -> None:
    events = Events(outbox, RULES)
    for number in range(50):
        events.emit("limit.hit", "t", {"n": number})
    events.close()
    assert len(outbox.claim(["all"], 4e9, 60, 100)) == 50


def test_an_event_that_the_database_refuses_keeps_no_other_waiting(
    events: Events, outbox: SqlOutbox, database: Database
) -> None:
    names = ["limit.reached", "too long for its column" * 10, "limit.reached"]
    waiting = [events.emit(name, "south", {"n": n, "odd": Path("x")}) for n, name in enumerate(names)]
    kept = [True, not database.postgres, True]
    assert [each.result(SOON_S) for each in waiting] == kept
    told = [each.event.data["n"] for each in outbox.claim(["all"], 4e9, 60, 10)]
    assert told == [n for n in range(3) if kept[n]]


def test_a_long_or_odd_dedupe_is_one_all_the_same(events: Events) -> None:
    assert [events.emit("budget.spent", "t", {}, dedupe="a\x00b").result(SOON_S) for _ in range(2)] == [True, False]
    assert [events.emit("budget.spent", "t", {}, dedupe="x" * 5000).result(SOON_S) for _ in range(2)] == [True, False]
    assert events.emit("budget.spent", "t", {}, dedupe="x" * 4999).result(SOON_S)
