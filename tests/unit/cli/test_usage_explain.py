"""`shoal usage --explain`: a record is computed again from the factors that it names, whatever the settings are now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from shoal.call import Attempt, ModelCard, Price, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.metering.own import GUARDS
from shoal.metering.start import run_metering
from shoal.stores.database import Database
from shoal.stores.factor_versions import FACTORS
from shoal.stores.ledger import ATTEMPTS, EXCHANGES, Record, SqlLedger
from tests.unit.cli.conftest import Shell

HOSTS = {
    "hosts": {"gpu": {"row": "vllm", "base_url": "http://10.0.0.1:1/v1"}, "far": {"row": "openai", "key": "env:KEY"}},
    "models": {"llama": {"host": "gpu"}, "gpt-4o": {"host": "far"}},
}
BEFORE = {"hosts": {"gpu": {"region": "aws/us-east-1", "hardware": "h100", "concurrency": 16}}}
AFTER = {"here": {"region": "FRA"}, "hosts": {"gpu": {"region": "Germany", "hardware": "a100", "pue": 1.1}}}
QUANTITIES = 8
GUESSED = Usage(400, 9, estimated=True)


def run(opened: Database, name: str, metering: dict[str, Any], *, price: Price, params_b: float) -> str:
    """A gateway with these settings meters an exchange and ends; the version of its factors."""
    rules = Settings.model_validate({**HOSTS, "metering": metering})
    cards = [
        ModelCard("llama", "general", "host", host="gpu", params_b=params_b, price=price),
        ModelCard("gpt-4o", "general", "host", host="far"),
        ModelCard("shoal/answer", "general", "specialist"),
    ]
    running, ledger = run_metering(rules, cards, opened, lambda _: None), SqlLedger(opened)
    record = Record(name, "t", "k", 1_795_000_000.0, "auto", False, outcome="ok")
    record.attempts = [
        Attempt("llama", "gpu", Purpose.ANSWER, 0.0, 0, "ok", 40, 0.1, 3.5, Usage(1200, 300, 200), concurrency=7.5),
        Attempt("llama", "gpu", Purpose.ANSWER, 0.0, 1, "host_timeout", 0, None, 30.0),
        Attempt("llama", "gpu", Purpose.ANSWER, 0.0, 1, "cancelled", 9, 0.1, 1.0, GUESSED, concurrency=2.0),
        Attempt("gpt-4o", "far", Purpose.JUDGE, 0.0, 0, "ok", 1, 0.5, 0.5, Usage(800, 40, 100)),
        Attempt("shoal/answer", "embedded", Purpose.ANSWER, 0.0, 0, "ok", 1, 0.01, 0.01, Usage(90, 30, cpu_s=0.01)),
        Attempt(GUARDS, "shoal", Purpose.GUARD, 0.0, 0, "ok", 0, None, 0.002, Usage(cpu_s=0.002)),
        Attempt("a plug-in's", "embedded", Purpose.ANSWER, 0.0, 0, "ok", 1, 0.01, 0.01, Usage(90, 30)),
    ]
    running.step.settle(record)
    ledger.add(record)
    ledger.close()
    running.close()
    return running.step.facts


@pytest.fixture
def explained(shell: Shell, database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Explains an exchange of that database with the settings of another day."""
    server: dict[str, Any] = {"data_dir": str(database.folder)}
    if database.postgres:
        monkeypatch.setenv("THE_DATABASE", database._url.render_as_string(hide_password=False))  # type: ignore[union-attr]
        server["database"] = "env:THE_DATABASE"
    text = "[server]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in server.items())
    config = shell.write("shoal.toml", text)

    def told(name: str, *words: str) -> Any:
        said = shell("usage", "--explain", name, "--config", config, *words)
        assert said.code == 0, said.err
        return said.json() if "--json" in words else said.out

    return told


def test_a_record_is_computed_again_exactly_when_the_settings_have_changed(explained: Any, database: Database) -> None:
    first = run(database, "ex_1", BEFORE, price=Price(0.1, 0.05, 0.2), params_b=8)
    second = run(database, "ex_2", AFTER, price=Price(1, 0.5, 2), params_b=70)
    assert first != second
    one, two = (explained(name, "--json") for name in ("ex_1", "ex_2"))
    for told, version in ((one, first), (two, second)):
        figures = [figure for attempt in told["attempts"] for figure in attempt["figures"]]
        assert len(figures) == 7 * QUANTITIES
        assert {figure["agrees"] for figure in figures} == {True}
        assert (told["agrees"], told["sums_agree"]) == (True, True)
        assert {attempt["facts"] for attempt in told["attempts"]} == {version}
    (llama, *_), (other, *_) = one["attempts"], two["attempts"]
    assert llama["figures"][0]["value"] != other["figures"][0]["value"]
    assert llama["settings"] == {
        **{"kind": "served", "region": "aws/us-east-1", "hardware": "h100", "concurrency": 16.0, "params_b": 8},
        **{"upstream": "llama", "price": {"input": 0.1, "cached": 0.05, "output": 0.2}},
    }
    assert other["settings"]["region"] == "DEU"
    named = {(each["topic"], each["subject"], each["figure"]): each["value"] for each in llama["rests_on"]}
    assert named["hardware", "h100", "tdp_w"] == 700
    assert ("hardware", "a100", "tdp_w") not in named
    assert all(each["source"] and each["year"] for each in llama["rests_on"])


def test_it_is_said_in_words_with_the_numbers_put_in(explained: Any, database: Database) -> None:
    version = run(database, "ex_1", BEFORE, price=Price(0.1, 0.05, 0.2), params_b=8)
    said = explained("ex_1")
    assert f"facts {version}" in said
    assert "settings then: kind served, region aws/us-east-1, hardware h100" in said
    assert "((1200 - 200) x 0.1 + 200 x 0.05 + 300 x 0.2) / 1e6 = 0.00017" in said
    assert said.count("computed again: the same") == 7 * QUANTITIES
    assert "hardware h100 tdp_w: 700 W, 20" in said
    assert said.count("    low: ") == said.count("    high: ") >= 7
    assert "150 x 1 x 1000 / (6 x 1 x 31557600)" in said  # the making of an H100 without its server, at its least
    assert said.count("tokens are estimated: the host had not counted them") == 1


def test_what_somebody_changed_in_the_ledger_is_seen(explained: Any, database: Database) -> None:
    run(database, "ex_1", BEFORE, price=Price(0.1, 0.05, 0.2), params_b=8)
    with database.engine.begin() as connection:
        connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.position == 0).values(energy_wh_high=9.0))
        impacts = connection.execute(select(EXCHANGES.c.impacts)).scalar_one()
        connection.execute(update(EXCHANGES).values(impacts=impacts | {"energy_wh": [1, 2, 3]}))
    told = explained("ex_1", "--json")
    wrong = [each["name"] for attempt in told["attempts"] for each in attempt["figures"] if not each["agrees"]]
    assert (wrong, told["agrees"], told["sums_agree"]) == (["energy_wh"], False, False)
    said = explained("ex_1")
    assert "which differs" in said
    assert "are not the sums of its attempts" in said


def test_factors_that_were_not_kept_are_said(explained: Any, database: Database) -> None:
    version = run(database, "ex_1", BEFORE, price=Price(0.1, 0.05, 0.2), params_b=8)
    with database.engine.begin() as connection:
        connection.execute(delete(FACTORS))
    assert explained("ex_1", "--json")["agrees"] is None
    assert f"the factors {version} were not kept" in explained("ex_1")


def test_a_start_with_the_same_settings_writes_nothing_anew(database: Database, tmp_path: Path) -> None:
    versions = [run(database, f"ex_{at}", BEFORE, price=Price(0.1, 0.05, 0.2), params_b=8) for at in range(3)]
    assert len(set(versions)) == 1
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM factors").scalar() == 1
