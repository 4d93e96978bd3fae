"""Limits from the settings: what refuses to start and says why, and counters that are made from the ledger."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from shoal.call import Attempt, ModelCard, Price, Purpose
from shoal.chat import Chat, Message, Usage
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.identity.administration import Change
from shoal.identity.keys import Key, Role
from shoal.identity.limit_admin import IncreaseWish, Known, change_rule_of, create_increase, create_rule
from shoal.impacts import Impacts, Range
from shoal.limits.live import LiveRules
from shoal.limits.opening import check_limits, hold_alone, open_limits
from shoal.limits.rules import Rules, Who, read_rules
from shoal.limits.step import LimitsStep
from shoal.stores.changes import changing
from shoal.stores.database import Database
from shoal.stores.journal import FOLDER, Journal
from shoal.stores.ledger import Record, SqlLedger

CARD = ModelCard("m", "general", "host", host="h", price=Price(10, 0, 20))
RULES: dict[str, Any] = {
    "limits": {"rates": {"daily": {"of": "team", "requests": "100/day"}}},
    "budgets": {
        "all": {"usd": 5, "tokens": 10**6, "wh": 100, "gco2e": 100, "requests": 1000},
        "last-day": {"of": "key", "tokens": 10**6, "per": "day", "window": "rolling"},
        "atlas": {"of": "tag", "only": ["project=atlas"], "requests": 100},
        "m": {"of": "model", "only": ["auto"], "requests": 100},
    },
}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server": {"workers": 4}}, "need a shared store"),
        (
            {
                "server": {"workers": 4},
                "limits": {"store": "env:REDIS_URL"},
                "hosts": {"h": {"row": "ollama"}},
                "models": {"m": {"host": "h", "concurrency": 3}},
            },
            "write 4 or more there",
        ),
        ({"budgets": {"b": {"usd": 1, "downshift": {"to": ["smal"]}}}}, "smal"),
        ({"limits": {"rates": {"a": {"of": "model", "only": ["larg"], "requests": "1/day"}}}}, "larg"),
    ],
)
def test_what_cannot_hold_is_said_at_the_start(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_limits(Settings(**values))


@pytest.mark.parametrize("limits", [{"store": "env:REDIS_URL"}, {"mode": "off"}])
def test_several_workers_need_a_shared_store_where_anything_is_limited(limits: dict[str, Any]) -> None:
    check_limits(Settings(server={"workers": 4}, limits=limits))


def opened(database: Database, values: dict[str, Any]) -> LimitsStep | None:
    cards = {"m": CARD, "auto": ModelCard("auto", "routing", "composite")}
    return open_limits(Settings(**values), database, card=cards.get, path=lambda chat, tenant: ("m",), measure=None)


def test_nothing_is_opened_without_a_limit(tmp_path: Path) -> None:
    empty = Database(tmp_path)
    empty.migrate()
    assert opened(empty, {}) is None
    assert opened(empty, {"limits": {"mode": "off", "rates": {"a": {"requests": "1/day"}}}}) is None
    empty.close()


def test_limits_that_are_added_are_there_at_the_next_start(database: Database) -> None:
    live = LiveRules(Settings(), database)
    assert live.read() == Rules()
    assert not live.changed()
    with changing(database.engine) as connection:
        change = Change(connection, Key("a", "acme", Role.ADMIN), time.time())
        made = create_rule(change, "budget", "b", {"usd": 5, "requests": 9}, Known()).body or {}
        create_increase(change, IncreaseWish("b", "requests", 3, time.time() + 60), Known())
    assert live.changed()
    rules = live.read()
    assert not live.changed()
    assert [(each.name, each.tenant, each.many) for each in rules.limits] == [
        ("b", "acme", 5_000_000),
        ("b", "acme", 9),
    ]
    now = time.time_ns() // 1000
    lines = rules.lines(Who("acme", None, None, "k"), "auto", ("m",))
    assert [line.cap(now) for line in lines] == [5_000_000, 12]
    assert [line.cap(now + 61_000_000) for line in lines] == [5_000_000, 9]
    assert rules.lines(Who("south", None, None, "k"), "auto", ("m",)) == ()
    # What was used before it was made does not count; nor after it was made to count something else.
    assert all(each.begin(now) == each.since <= now for each in rules.limits)
    with changing(database.engine) as connection:
        change = Change(connection, Key("a", "acme", Role.ADMIN), time.time())
        change_rule_of(change, "budget", made["id"], {"usd": 6}, Known())
    kept = live.read().limits[0]
    assert (kept.id, kept.many) == (rules.limits[0].id, 6_000_000)
    with changing(database.engine) as connection:
        change = Change(connection, Key("a", "acme", Role.ADMIN), time.time())
        change_rule_of(change, "budget", made["id"], {"per": "year"}, Known())
    assert live.read().limits[0].id != kept.id
    off = LiveRules(Settings(**{"limits": {"mode": "off"}}), database)
    assert off.read().limits == ()


def record(step: LimitsStep, at: int) -> Record:
    """One whole exchange: reserved, answered, settled, and as the ledger gets it."""
    who = Who("acme", "support", "ana", f"k{at % 2}", ("project=atlas",) if at % 3 == 0 else ())
    chat = Chat("auto", (Message.of("user", "hello"),), {"max_tokens": 100})
    ticket = asyncio.run(step.open(f"x{at}", who, chat, lambda _: True))
    assert ticket is not None
    attempt = Attempt("m", "h", Purpose.ANSWER, time.time(), outcome="ok", pieces=1, usage=Usage(50 + at, 7))
    attempt.facts = "test"
    attempt.impacts = Impacts(
        energy_wh=Range.exactly(0.1234567 * at),
        usage_gco2e=Range.exactly(0.01 * at),
        embodied_gco2e=Range.exactly(0.0033333),
        water_ml=Range.exactly(1.0),
        cost_usd=Range.exactly((50 + at) * 1e-5 + 7 * 2e-5),
    )
    tags = {"project": "atlas"} if at % 3 == 0 else None
    found = Record(f"x{at}", "acme", f"k{at % 2}", time.time(), "auto", False, team="support", user="ana", tags=tags)
    found.outcome, found.latency_s, found.model = "ok", 0.01, "m"
    found.attempts = [attempt]
    ticket.settle(found.attempts, found.started + found.latency_s)
    return found


def levels(step: LimitsStep) -> dict[str, int]:
    counters: Any = step.counters
    return {name: state.used for name, state in counters._states.items() if state.used}


def test_counters_that_are_made_from_the_ledger_say_what_they_said_before(database: Database, tmp_path: Path) -> None:
    step = opened(database, RULES)
    assert step is not None
    ledger = SqlLedger(database, Journal(tmp_path / FOLDER))
    for at in range(20):
        ledger.add(record(step, at))
    refused = Record("r1", "acme", "k0", time.time(), "auto", False, team="support", user="ana")
    refused.outcome = "insufficient_quota"
    ledger.add(refused)
    ledger.close()
    again = opened(database, RULES)
    assert again is not None
    assert levels(again) == levels(step)
    assert len(levels(step)) == 5 + 2 + 1 + 1
    drained: Any = again.counters
    (rate,) = [state for name, state in drained._states.items() if name.startswith("rate:")]
    assert rate.mark > time.time_ns() // 1000


def test_two_processes_that_count_in_memory_do_not_share_a_data_directory(tmp_path: Path) -> None:
    alone = Settings(server={"data_dir": tmp_path}, **RULES)
    rules = read_rules(alone.limits, alone.budgets)
    first = hold_alone(alone, rules)
    assert first is not None
    with pytest.raises(ConfigError, match="another gateway"):
        hold_alone(alone, rules)
    assert hold_alone(alone, Rules()) is None
    assert hold_alone(Settings(server={"data_dir": tmp_path}, limits={"store": "env:REDIS_URL"}), rules) is None
    os.close(first)
    again = hold_alone(alone, rules)
    assert again is not None
    os.close(again)
