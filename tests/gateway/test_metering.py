"""`usage.shoal`: on whole replies, on streams with and without a usage chunk, in the record and in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.chat import Usage
from shoal.config import Settings
from shoal.metering.start import open_metering
from shoal.models.specialists.catalogue import load_all
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running

THEIRS = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "queue_time": 0.25}
REMOTE = ScriptedModel(["hi"], name="remote", kind="host", host="far", params_b=8.0, usage=Usage(3, 4, wire=THEIRS))
STRANGE = ScriptedModel(["hi"], name="strange", kind="host", host="far")
QUANTITIES = ("energy_wh", "carbon_gco2e", "water_ml", "cost_usd")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    embedded = load_all()["shoal/triage-banking"].model
    models = (ScriptedModel(["Hel", "lo"], usage=Usage(7, 2, cpu_s=0.5)), REMOTE, STRANGE, embedded)
    metering = open_metering(Settings(), [model.card for model in models])
    with running(tmp_path_factory.mktemp("data"), *models, metering=metering) as found:
        yield found


def ask(house: Running, model: str = "scripted", said: str = "hi", **more: Any) -> web.Response:
    body = {"model": model, "messages": [{"role": "user", "content": said}], **more}
    return web.post(f"{house.url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {house.member}"})


def chunks(house: Running, **more: Any) -> list[dict[str, Any]]:
    events = ask(house, stream=True, **more).text.removesuffix("\n\n").split("\n\n")
    assert events.pop() == "data: [DONE]"
    return [orjson.loads(event[6:]) for event in events]


def is_whole(impacts: dict[str, Any]) -> bool:
    """Whether every quantity has its three ends, in order."""
    return all(0 <= impacts[name]["low"] <= impacts[name]["expected"] <= impacts[name]["high"] for name in QUANTITIES)


def test_a_whole_reply(house: Running) -> None:
    usage = ask(house).json()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (7, 2, 9)
    assert is_whole(usage["shoal"])
    assert (usage["shoal"]["tier"], usage["shoal"]["final"]) == ("modelled", True)
    assert usage["shoal"]["energy_wh"]["expected"] > 0
    (basis,) = usage["shoal"]["bases"]
    assert basis["factor"]["zone"] == "WOR"
    assert {"boundary", "method", "facts"} <= set(basis)


def test_the_hosts_own_usage_stays_as_it_came(house: Running) -> None:
    usage = ask(house, "remote").json()["usage"]
    assert {name: value for name, value in usage.items() if name != "shoal"} == THEIRS
    assert usage["shoal"]["tier"] == "estimated"
    assert usage["shoal"]["cost_usd"] is None


def test_what_is_unknown_is_null(house: Running) -> None:
    found = ask(house, "strange").json()["usage"]["shoal"]
    assert [found[name] for name in QUANTITIES] == [None] * 4
    assert found["tier"] == "unknown"


def test_an_embedded_specialist(house: Running) -> None:
    found = ask(house, "shoal/triage-banking", "where is my card?").json()["usage"]["shoal"]
    assert is_whole(found)
    assert 0 < found["energy_wh"]["expected"] < 0.01
    assert found["cost_usd"] == {"low": 0, "expected": 0, "high": 0}


def test_a_stream_with_a_usage_chunk(house: Running) -> None:
    found = chunks(house, stream_options={"include_usage": True})
    last = found[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 9
    assert is_whole(last["usage"]["shoal"])
    assert "usage" not in found[-2]["shoal"]
    assert all(chunk["usage"] is None for chunk in found[:-1])


def test_a_stream_without_one(house: Running) -> None:
    found = chunks(house)
    assert not [chunk for chunk in found if "usage" in chunk]
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert is_whole(found[-1]["shoal"]["usage"])


def test_the_record_says_what_each_attempt_took(house: Running) -> None:
    answer = ask(house, "remote")
    where = f"{house.url}/v1/shoal/exchanges/{answer.headers['x-shoal-exchange']}"
    # First from memory, then from the database: both say the same.
    heard = []
    for _ in range(2):
        record = web.get(where, headers={"authorization": f"Bearer {house.member}"}).json()
        heard.append(record)
        house.ledger.flush()
    told, again = heard
    assert told == again
    assert told["usage"]["shoal"]["energy_wh"] == answer.json()["usage"]["shoal"]["energy_wh"]
    (attempt,) = told["attempts"]
    assert attempt["concurrency"] == 1.0
    assert attempt["usage"]["shoal"]["energy_wh"] == told["usage"]["shoal"]["energy_wh"]
    assert attempt["usage"]["shoal"]["tier"] == "estimated"
    assert attempt["usage"]["shoal"]["facts"] == told["usage"]["shoal"]["bases"][0]["facts"]
    assert attempt["usage"]["shoal"]["cost_usd"] is None


def test_the_metrics_count_what_is_known_and_how_often_it_is_not(house: Running, tmp_path: Path) -> None:
    ask(house)
    ask(house, "strange")
    page = web.get(f"{house.url}/metrics", headers={"authorization": f"Bearer {house.admin}"}).text
    for metric in ("shoal_energy_wh", "shoal_carbon_gco2e", "shoal_water_ml", "shoal_cost_usd"):
        assert f'{metric}_total{{model="scripted",tier="modelled"}}' in page
        assert f'{metric}_total{{model="strange"' not in page
    assert 'shoal_unmetered_attempts_total{model="strange",what="energy_wh"}' in page
