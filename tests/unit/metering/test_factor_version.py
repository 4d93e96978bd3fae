"""Versions of the factors: what is kept suffices to compute every figure again, to the last digit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Price
from shoal.errors import ConfigError, StorageError
from shoal.facts.noted import of_row, to_row
from shoal.facts.tables import load
from shoal.impacts import Range
from shoal.metering.estimator import Rates
from shoal.metering.factor_version import Asked, Restored, Setting, build_version, restored
from shoal.metering.meter import Metered
from shoal.stores.database import Database
from shoal.stores.factor_versions import FOLDER, FactorVersion, SqlFactorVersions
from tests.unit.metering.attempts import attempt, facts

PRICE = Price(0.1, 0.05, 0.2)
ONE, TWO, THREE = (Range(0.1 * each, 0.2 * each, 0.3 * each) for each in (1, 2, 3))
RATES = Rates(ONE, TWO, THREE, ONE, TWO, THREE, "USA", "somebody")
MODELS = (
    Metered("llama", "served", "aws/eu-north-1", hardware="h100", params_b=8, price=PRICE),
    Metered("moe", "served", "eu-central-1", hardware="a100", params_b=47, active_b=13, bits=8, concurrency=4),
    Metered("bare", "served", "France", params_b=3),
    Metered("box", "served", "DEU", pue=1.1, wue=0.2, counters="RAPL", electricity_usd_per_kwh=0.3),
    Metered("far", "remote", provider="openai", upstream="gpt-4o"),
    Metered("sized", "remote", "GBR", provider="nobody", params_b=70, price=PRICE),
    Metered("strange", "remote"),
    Metered("shoal/answer", "embedded", "Germany", hardware="aws/ice lake"),
)
SETTING = Setting(MODELS, Metered("here", "embedded", "DEU"), Asked({("openai", "gpt-4o"): RATES, ("x", "y"): None}))


def version(setting: Setting = SETTING, *overlays: Path) -> FactorVersion:
    return build_version(setting, load(*overlays) if overlays else facts())[1]


def through_json(found: FactorVersion) -> FactorVersion:
    rest: dict[str, Any] = orjson.loads(orjson.dumps(found.rest))
    return replace(found, grid=orjson.loads(orjson.dumps(found.grid)), rest=rest)


AGAIN: Restored = restored(through_json(version()))
NOW, _ = build_version(SETTING, facts())


@given(
    model=st.sampled_from([model.name for model in MODELS]),
    tokens=st.tuples(*[st.integers(0, 30_000)] * 3),
    seconds=st.floats(0, 100),
    cpu_s=st.sampled_from([0.0, 0.013, 2.5]),
    pieces=st.integers(0, 50),
    outcome=st.sampled_from(["ok", "cancelled", "host_unreachable", "host_failed", "host_timeout"]),
    concurrency=st.none() | st.floats(1, 600),
    joules=st.none() | st.floats(0, 1e5),
)
def test_every_figure_is_computed_again_to_the_last_digit(
    model: str,
    tokens: tuple[int, int, int],
    seconds: float,
    cpu_s: float,
    pieces: int,
    outcome: str,
    concurrency: float | None,
    joules: float | None,
) -> None:
    prompt, output, cached = tokens
    made = attempt(model, prompt=prompt, output=output, cached=cached, cpu_s=cpu_s, seconds=seconds, pieces=pieces)
    made.outcome = outcome
    then, now = (
        metering.attempt(made, concurrency) if joules is None else metering.measured(made, joules, concurrency)
        for metering in (AGAIN.metering, NOW)
    )
    assert then == now


def test_the_idle_line_too() -> None:
    assert AGAIN.metering.idle(1234.5) == NOW.idle(1234.5)


@pytest.mark.parametrize(
    "changed",
    [
        {"params_b": 9},
        {"active_b": 4},
        {"bits": 8},
        {"hardware": "a100"},
        {"accelerators": 2},
        {"region": "aws/us-east-1"},
        {"pue": 1.3},
        {"wue": 0.4},
        {"price": Price(0.1, 0.05, 0.3)},
        {"concurrency": 8},
        {"electricity_usd_per_kwh": 0.2},
        {"counters": "NVML"},
    ],
)
def test_a_change_of_anything_is_another_version(changed: dict[str, Any]) -> None:
    other = replace(SETTING, models=(replace(MODELS[0], **changed), *MODELS[1:]))
    assert version(other).name != version().name
    assert version(replace(SETTING, asked=Asked({}))).name != version().name
    assert version(replace(SETTING, counting={"window_s": 2})).name != version().name


def test_the_same_under_another_name_of_the_region_is_the_same_version() -> None:
    named = replace(SETTING, models=(*MODELS[:-1], replace(MODELS[-1], region="DEU")))
    assert version(named).name == version().name == version().name


def test_own_facts_are_kept_with_it(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "topic,subject,quantity,low,value,high,unit,year,source\ngrid,DEU,average,,1.5,,gCO2e/kWh,2026,ours\n",
        encoding="utf-8",
    )
    kept = version(SETTING, own)
    assert kept.name != version().name
    (row,) = [row for row in kept.grid if row[1:3] == ["DEU", "average"]]
    assert (row[4], row[7], row[9]) == (1.5, 2026, "ours")
    (then,) = restored(through_json(kept)).metering.attempt(attempt("moe")).bases
    assert build_version(SETTING, load(own))[0].attempt(attempt("moe")).bases == (then,)
    assert then.facts == kept.name


def test_only_what_was_read_is_kept_with_its_source() -> None:
    kept = version(Setting((), Metered("", "embedded", "DEU")))
    subjects = {(row[0], row[1]) for row in (*kept.grid, *kept.rest["figures"])}
    assert {subject for topic, subject in subjects if topic == "grid"} == {"DEU"}
    assert not {topic for topic, _ in subjects} & {"hardware", "price", "run", "cpu"}
    for row in kept.grid:
        assert to_row(*of_row(row)) == row
        assert row[9]


def test_a_version_that_lacks_what_is_needed_now_says_so() -> None:
    kept = version()
    with pytest.raises(ConfigError):
        restored(replace(kept, grid=[]))


def test_versions_are_kept_once_and_found_again(database: Database) -> None:
    store = SqlFactorVersions(database)
    kept = version()
    later = replace(kept, name=f"{kept.name}+live", grid=kept.grid[:1])
    store.put(kept, 10.0)
    store.put(later, 20.0)
    store.put(replace(kept, grid=[]), 30.0)
    found, other = store.get(kept.name), store.get(later.name)
    assert found == through_json(kept)
    assert other == through_json(later)
    assert store.get("no such version") is None
    assert [(name, since) for name, since, _, _ in store.names()] == [(kept.name, 10.0), (later.name, 20.0)]
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM factor_parts").scalar() == 1


def test_what_was_put_aside_is_taken_up_once(database: Database) -> None:
    store, kept = SqlFactorVersions(database), version()
    live = replace(kept, name=f"{kept.name}+2026112301.0a1b2c")
    store.take_up()
    for each, since in ((kept, 10.0), (live, 20.0), (live, 30.0)):
        store.put_aside(each, since)
    assert store.names() == []
    SqlFactorVersions(database).take_up()
    assert store.get(live.name) == through_json(live)
    assert [(name, since) for name, since, _, _ in store.names()] == [(kept.name, 10.0), (live.name, 30.0)]
    assert list((database.folder / FOLDER).iterdir()) == []


def test_a_file_that_is_no_version_is_named(database: Database) -> None:
    store = SqlFactorVersions(database)
    store.put_aside(version(), 10.0)
    (path,) = (database.folder / FOLDER).iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"{")
    with pytest.raises(StorageError, match=path.name):
        store.take_up()


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    database = Database(tmp_path)
    (tmp_path / FOLDER).touch()
    with pytest.raises(StorageError, match="put aside"):
        SqlFactorVersions(database).put_aside(version(), 10.0)
    database.close()
