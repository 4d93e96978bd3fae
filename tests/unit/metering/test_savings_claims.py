"""Claims: both sides with the same factors, failed tries on the actual side, and nothing said that is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from shoal.call import Attempt, Price, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.config.metering import Baseline as Declared
from shoal.errors import ConfigError
from shoal.facts.tables import load
from shoal.impacts import Impacts, Range, Tier
from shoal.metering.baseline import model_of
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering, build
from shoal.metering.savings import Baseline, Verdict
from shoal.metering.savings_claims import Sampled, actual, claims, meters
from shoal.metering.savings_sample import Draw, Replay, draw, read_replays, write_draw
from tests.unit.metering.ledger import attempt

FACTS = load()
LARGE = Metered("large", "served", "FRA", pue=1, hardware="h100", params_b=70, price=Price(2, 1, 8))
SMALL = Metered("small", "served", "FRA", pue=1, hardware="h100", params_b=8, price=Price(0.1, 0.05, 0.2))
METERING: Metering = build([LARGE, SMALL], FACTS)


def replay(quality: float | None = 0.9, actual_quality: float | None = 0.9, model: str = "large") -> Replay:
    made = Attempt(model, "", Purpose.ANSWER, 0.0, outcome="ok", pieces=1, usage=Usage(100, 200), concurrency=64)
    made.latency_s = 2.0
    return Replay((made,), quality, actual_quality)


def small(tries: int = 1) -> Impacts:
    made = Attempt("small", "gpu", Purpose.ANSWER, 0.0, outcome="ok", pieces=1, usage=Usage(100, 200))
    made.latency_s = 1.0
    found = METERING.attempt(made, 64)
    whole = found
    for _ in range(tries - 1):
        whole = whole + found
    return whole


def claim(declared: Declared, sample: Sequence[Sampled], exchanges: int = 1000) -> dict[str, Any]:
    model = "large" if declared.kind in ("model", "largest-model") else None
    found = claims(declared, sample, exchanges, metering=METERING, facts=FACTS, model=model)
    return {each.quantity: each for each in found}


ALWAYS = Declared(kind="largest-model")


def test_always_the_largest_model() -> None:
    found = claim(ALWAYS, [Sampled(small(), replay())] * 50)
    would = METERING.attempt(replay().attempts[0], 64)
    assert set(found) == {"energy_wh", "carbon_gco2e", "water_ml", "cost_usd"}
    cost = found["cost_usd"]
    assert (cost.verdict, cost.baseline, cost.against) == (Verdict.SAVED, Baseline.LARGEST_MODEL, "large")
    # 100 x 2 + 200 x 8 against 100 x 0.1 + 200 x 0.2 USD per million.
    assert cost.expected == pytest.approx(1000 * (1800 - 50) / 1e6)
    assert would.energy_wh is not None
    energy = small().energy_wh
    assert energy is not None
    assert found["energy_wh"].expected == pytest.approx(1000 * (would.energy_wh.expected - energy.expected))


def test_a_measured_side_and_a_modelled_one_do_not_err_together() -> None:
    modelled, would = small(), METERING.attempt(replay().attempts[0], 64)
    measured = Impacts.flat(modelled.ends, Tier.MEASURED, modelled.bases)
    for took, crossed in ((modelled, False), (measured, True)):
        found = claim(ALWAYS, [Sampled(took, replay())] * 50)["energy_wh"]
        assert took.energy_wh is not None
        assert would.energy_wh is not None
        least = took.energy_wh.high if crossed else took.energy_wh.low
        assert found.low == pytest.approx(1000 * (would.energy_wh.low - least))


def test_failed_tries_and_routers_are_on_the_actual_side() -> None:
    once, often = (claim(ALWAYS, [Sampled(small(tries), replay())] * 50)["cost_usd"].expected for tries in (1, 4))
    assert once - often == pytest.approx(1000 * 3 * 50 / 1e6)


@pytest.mark.parametrize(
    ("quality", "actual_quality", "verdict"),
    [
        (0.9, 0.9, Verdict.SAVED),
        (0.9, 0.89, Verdict.SAVED),
        (0.9, 0.8, Verdict.UNMATCHED),
        (None, None, Verdict.UNMATCHED),
        (0.9, None, Verdict.UNMATCHED),
    ],
)
def test_quality_must_be_shown_to_be_as_good(
    quality: float | None, actual_quality: float | None, verdict: Verdict
) -> None:
    sample = [Sampled(small(), replay(quality, actual_quality))] * 50
    assert {each.verdict for each in claim(ALWAYS, sample).values()} == {verdict}


def test_few_or_unknown_is_no_claim() -> None:
    assert claim(ALWAYS, [Sampled(small(), replay())] * 20)["cost_usd"].verdict is Verdict.TOO_FEW
    sample = [*[Sampled(small(), replay())] * 50, Sampled(Impacts(cost_usd=Range(0, 0, 0)), replay())]
    found = claim(ALWAYS, sample)
    assert found["energy_wh"].verdict is Verdict.UNKNOWN
    assert (found["energy_wh"].expected, found["energy_wh"].sampled) == (0, 50)
    assert found["cost_usd"].verdict is Verdict.SAVED


def test_a_replay_is_of_the_declared_model_and_of_every_exchange() -> None:
    with pytest.raises(ConfigError, match="another model than 'large'"):
        claim(ALWAYS, [Sampled(small(), replay(model="small"))] * 50)
    with pytest.raises(ConfigError, match="was not replayed"):
        claim(ALWAYS, [Sampled(small(), Replay())] * 50)


def test_the_same_energy_at_the_worlds_average_grid() -> None:
    found = claim(Declared(kind="world-grid"), [Sampled(small(), Replay())] * 50)
    (only,) = found.values()
    energy = small().energy_wh
    assert energy is not None
    assert (only.quantity, only.verdict) == ("usage_gco2e", Verdict.SAVED)
    assert only.expected == pytest.approx(1000 * energy.expected * (0.4806 - 0.056), rel=1e-3)


def test_retraining_spreads_what_training_takes_over_all_exchanges() -> None:
    declared = Declared(kind="retraining", anew_kwh=(900, 1000, 1200), reuse_kwh=(5, 10, 20), region="FRA")
    found = claim(declared, [Sampled(small(), replay())] * 50)
    energy, carbon = found["energy_wh"], found["usage_gco2e"]
    assert [energy.low, energy.expected, energy.high] == pytest.approx([880e3, 990e3, 1195e3])
    assert carbon.expected == pytest.approx(990 * 56, rel=0.02)
    assert energy.verdict is Verdict.SAVED
    assert "900, 1000, 1200 kWh" in energy.against
    unrated = claim(declared, [Sampled(small(), Replay())] * 50)
    assert {each.verdict for each in unrated.values()} == {Verdict.UNMATCHED}


def test_the_actual_side_is_metered_with_the_factors_of_the_other() -> None:
    row = attempt(0, "small", "gpu") | {"started": 1.0, "concurrency": 64, "measured_j": None, "completion_tokens": 200}
    assert row["energy_wh"] == 2.0
    assert actual([row], METERING) == small()
    counted = actual([row | {"measured_j": 3600.0}], METERING)
    assert counted.energy_wh is not None
    assert counted.energy_wh.expected == pytest.approx(1.0)
    nothing = actual([row | {"position": None}], METERING)
    assert nothing.energy_wh == Range(0, 0, 0)


def test_what_counters_told_of_a_host_without_a_size_is_known() -> None:
    hosts = {"box": {"row": "ollama", "base_url": "http://127.0.0.1:11434/v1"}}
    settings = Settings.model_validate({"hosts": hosts, "models": {"m": {"host": "box"}}})
    row = attempt(0, "m", "box") | {"started": 1.0, "concurrency": None, "measured_j": 3600.0}
    found = actual([row, row | {"position": 1, "measured_j": None}], meters(settings, FACTS, [row]))
    assert found.energy_wh is None
    counted = actual([row], meters(settings, FACTS, [row])).energy_wh
    assert counted is not None
    assert counted.expected == pytest.approx(FACTS.find("site", "any", "pue").value)


def test_which_model_is_the_largest() -> None:
    url = {"base_url": "http://10.0.0.5:8000/v1"}
    rows = {"a": {"host": "gpu", "params_b": 8}, "b": {"host": "gpu", "params_b": 70}, "c": {"host": "gpu"}}
    settings = Settings.model_validate({"hosts": {"gpu": {"row": "vllm", **url}}, "models": rows})
    assert model_of(settings, ALWAYS) == "b"
    assert model_of(settings, Declared(kind="model", model="c")) == "c"
    assert model_of(settings, Declared(kind="world-grid")) is None
    with pytest.raises(ConfigError, match="there is a, b, c"):
        model_of(settings, Declared(kind="model", model="d"))
    with pytest.raises(ConfigError, match="none is the largest"):
        model_of(Settings(), ALWAYS)
    ran = [{"model": "shoal/x", "host": "embedded"}, {"model": "b", "host": "gpu"}]
    found = meters(settings, FACTS, [each | {"measured_j": None} for each in ran])
    used = Attempt("shoal/x", "embedded", Purpose.ANSWER, 0.0, usage=Usage(cpu_s=0.1))
    assert found.attempt(used).energy_wh is not None


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "model"},
        {"kind": "world-grid", "model": "m"},
        {"kind": "retraining"},
        {"kind": "retraining", "anew_kwh": (3, 2, 1)},
        {"kind": "largest-model", "anew_kwh": (1, 2, 3)},
    ],
)
def test_a_baseline_is_declared_whole(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Declared(**given)


def test_a_draw_is_the_same_whoever_draws_it() -> None:
    ids = [f"ex_{number}" for number in range(1000)]
    chosen, count = draw(ids, 50, 7)
    assert draw(reversed(ids), 50, 7) == (chosen, count)
    assert (len(set(chosen)), count) == (50, 1000)
    assert draw(ids, 50, 8)[0] != chosen
    assert draw(ids, 60, 7)[0][:50] == chosen
    # Every tenth of the ids has about a tenth of the sample.
    many, _ = draw(ids, 500, 1)
    assert all(30 <= sum(int(name[3:]) // 100 == part for name in many) <= 70 for part in range(10))


def test_a_draw_is_written_and_read_with_its_replays(tmp_path: Path) -> None:
    path, drawn = tmp_path / "sample.jsonl", Draw(0.0, 10.0, None, 3, ("ex_1", "ex_2"), 9)
    write_draw(path, drawn)
    head, *lines = path.read_bytes().splitlines()
    assert read_replays(path) == (drawn, {"ex_1": Replay(), "ex_2": Replay()})
    one = orjson.loads(lines[0]) | {
        "attempts": [
            {"model": "large", "prompt_tokens": 100, "completion_tokens": 200, "latency_s": 2, "concurrency": 64}
        ],
        **{"quality": 0.9, "actual_quality": 0.9},
    }
    path.write_bytes(b"\n".join([head, orjson.dumps(one), lines[1]]))
    assert read_replays(path) == (drawn, {"ex_1": replay(), "ex_2": Replay()})
    path.write_bytes(b"\n".join([head, orjson.dumps(one)]))
    with pytest.raises(ConfigError, match="has 1 of the 2 exchanges"):
        read_replays(path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"[]", "line 2: must be a JSON object"),
        (b"{", "line 2: must be a JSON object"),
        (b'{"exchange_id": 1}', "each line is of one exchange_id"),
        (b'{"exchange_id": "a", "qualty": 1}', "'qualty' is not a field"),
        (b'{"exchange_id": "a", "quality": 1.5}', "quality must be from 0 to 1"),
        (b'{"exchange_id": "a", "attempts": [{"model": "m", "prompt_tokens": -1}]}', "seconds must be from 0 to"),
        (b'{"exchange_id": "a", "attempts": [{"model": "m", "prompt_tokens": 1e30}]}', "seconds must be from 0 to"),
        (b'{"exchange_id": "a", "attempts": [{"model": "m", "latency_s": "4 s"}]}', "must be numbers"),
        (b'{"exchange_id": "a", "attempts": [{}]}', "'model'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: bytes, says: str) -> None:
    path = tmp_path / "sample.jsonl"
    write_draw(path, Draw(0.0, 10.0, None, 3, (), 9))
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(ConfigError, match=says):
        read_replays(path)


@pytest.mark.parametrize("text", [b"", b"{}\n", b'{"from": "x"}\n'])
def test_a_file_that_no_draw_wrote(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_bytes(text)
    with pytest.raises(ConfigError, match="draw"):
        read_replays(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_replays(tmp_path / "none")
