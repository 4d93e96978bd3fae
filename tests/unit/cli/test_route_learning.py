"""`shoal route estimate` and `shoal route compare` on files: what is said, and the exit codes."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shoal.cli.route_compare import _prices
from shoal.config import load
from shoal.routing.certify import Aim, certify
from shoal.routing.labels import Labels
from shoal.routing.replay import replayed
from shoal.routing.route import Route
from shoal.stores.database import Database
from shoal.stores.ledger import Record, SqlLedger
from tests.unit.cli.conftest import Shell
from tests.unit.routing.labelled import labels

PRICES = """
[hosts.h]
dialect = "openai"
base_url = "http://127.0.0.1:9/v1"
[models.small]
host = "h"
price = { output = 1 }
[models.large]
host = "h"
price = { output = 10 }
"""


def plain(count: int, seed: int) -> Labels:
    return replace(labels(count, seed), groups=[{}] * count)


@pytest.fixture(scope="module")
def route() -> Route:
    return certify(plain(1600, 0), "large", ["small"], Aim(alpha=0.08))[0]


def write(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def test_estimate_finds_what_the_labels_say(route: Route, shell: Shell) -> None:
    """The log keeps to the reference and explores a fifth; the truth of the route is known from all scores."""
    held, generator = plain(3_000, 9), np.random.default_rng(0)
    small, large = (held.models.index(name) for name in ("small", "large"))
    took = np.where(generator.random(3_000) < 0.2, small, large)
    rows: list[dict[str, object]] = [
        {
            "prompt": ask,
            "scores": {held.models[at]: score[at]},
            "model": held.models[at],
            "propensity": 0.2 if at == small else 0.8,
        }
        for ask, score, at in zip(held.asks, held.scores, took, strict=True)
    ]
    replay = replayed(route, held.asks, held.groups)
    columns = np.array([held.models.index(name) for name in replay.models])[replay.chosen]
    truth = float(held.scores[np.arange(3_000), columns].mean())
    route.save(shell.home / "route")
    said = shell("route", "estimate", write(shell.home / "logs.jsonl", rows), "--route", "route", "--json")
    found = said.json()
    assert (found["n"], found["left_out"], found["doubt"]) == (3_000, 0, None)
    assert found["robust"]["low"] <= truth <= found["robust"]["high"]
    assert found["robust"]["high"] - found["robust"]["low"] < 0.06
    words = shell("route", "estimate", "logs.jsonl", "--route", "route")
    assert "this route, doubly robust" in words.out
    few = shell("route", "estimate", write(shell.home / "few.jsonl", rows[:20]), "--route", "route")
    assert few.out.startswith("Not to be relied on: too few")


def test_compare_promotes_or_says_why_not(route: Route, shell: Shell) -> None:
    shell.write("shoal.toml", PRICES)
    held = plain(600, 9)
    rows: list[dict[str, object]] = [
        {"prompt": ask, "scores": dict(zip(held.models, score, strict=True)), "tokens": {"small": 40, "large": 90}}
        for ask, score in zip(held.asks, held.scores.tolist(), strict=True)
    ]
    file = write(shell.home / "held.jsonl", rows)
    route.save(shell.home / "new")
    replace(route, certificate=replace(route.certificate, segments={"all": None})).save(shell.home / "old")
    said = shell("route", "compare", "old", "new", file, "--margin", "0.1")
    assert (said.code, said.out.splitlines()[0]) == (0, "Promote the challenger: name its folder as routing.route.")
    other = shell("route", "compare", "new", "old", file, "--json")
    assert (other.code, other.json()["promote"]) == (1, False)
    assert "it is not certified for anything" in other.json()["against"]
    kept = shell("route", "compare", "new", "new", file)
    assert (kept.code, "it changes nothing on these labels" in kept.out) == (1, True)


def seen(shell: Shell, *, foreign: int = 0, worse: int = 0) -> None:
    """A ledger of two processes' exchanges: 200 decisions, half to the small model, and 100 shadows."""
    database = Database(shell.data)
    database.migrate()
    ledger = SqlLedger(database)
    candidates = [{"model": "large"}, {"model": "small"}]
    told: list[dict[str, object]] = [
        {"model": ("small", "large")[at % 2], "foreign": at < foreign, "candidates": candidates} for at in range(200)
    ]
    told += [{"shadow": {"model": "small", "worse": at < worse}} for at in range(100)]
    for at, routing in enumerate(told):
        record = Record(f"ex_{at:03}", "north", "k", time.time(), "auto", False, "small", "because", outcome="ok")
        record.trust = {"mode": "enforce", "routing": routing}
        ledger.add(record)
    ledger.close()
    database.close()


@pytest.mark.parametrize(
    ("foreign", "worse", "code", "words"),
    [
        (0, 0, 0, "0.0% to 1.8% of all requests (95 %), 8.0% allowed; of 100 answers compared 0 worse, 0 not judged"),
        (0, 30, 1, "That is more than the certificate allows"),
        (80, 0, 1, "foreign: more than expected"),
    ],
)
def test_drift_is_read_from_the_ledger(
    route: Route, shell: Shell, foreign: int, worse: int, code: int, words: str
) -> None:
    route.save(shell.home / "route")
    shell.write("shoal.toml", f"{PRICES}\n[auto]\nreference = 'large'\n[routing]\nroute = 'route'\n")
    seen(shell, foreign=foreign, worse=worse)
    said = shell("route", "drift")
    assert said.code == code, said.err
    assert words in said.out
    assert shell("route", "drift", "--json").json()["audited"] == 100
    assert shell("route", "drift", "--tenant", "south", "--json").json()["decided"] == 0


def test_drift_of_an_organisation_with_a_route_of_its_own_is_counted_for_it_alone(route: Route, shell: Shell) -> None:
    route.save(shell.home / "own")
    own = "[auto]\nreference = 'large'\n[routing.tenants.north]\nroute = 'own'\n"
    shell.write("shoal.toml", f"{PRICES}\n{own}")
    seen(shell)
    assert "no route is configured" in shell("route", "drift").err
    assert "no route is configured" in shell("route", "drift", "--tenant", "south").err
    assert shell("route", "drift", "--tenant", "north", "--json").json()["decided"] == 200
    shell.write("shoal.toml", f"{PRICES}\n{own}[routing]\nroute = 'own'\n")
    assert shell("route", "drift", "--json").json()["decided"] == 0


def test_drift_without_a_route_or_a_comparison(route: Route, shell: Shell) -> None:
    assert "no route is configured" in shell("route", "drift").err
    route.save(shell.home / "route")
    shell.write("shoal.toml", f"{PRICES}\n[auto]\nreference = 'large'\n[routing]\nroute = 'route'\n")
    said = shell.begun()("route", "drift")
    assert "not known, since no answer was compared" in said.out
    assert "routing.shadow" in said.err


def test_prices_are_those_in_force(shell: Shell) -> None:
    """Of the settings; else the provider's list price; unknown for a model that nobody lists."""
    listed = """
[hosts.list]
row = "openai"
key = "env:KEY"
[models.listed]
host = "list"
upstream = "gpt-4o-mini"
[models.unknown]
host = "list"
upstream = "nobody-lists-it"
"""
    path = Path(shell.write("shoal.toml", PRICES + listed))
    found = _prices(load(path, {}).settings)
    assert (found["small"], found["large"]) == pytest.approx((1.0, 10.0))
    assert found["listed"] == pytest.approx(0.6)
    assert "unknown" not in found
