"""A certified route through a running gateway: who answers, what the reply says, and what the record holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shoal.config.trust import TrustRules
from shoal.routing.auto import Auto, Terms
from shoal.routing.certify import Aim, certify
from shoal.routing.policy import Offer, Weights
from shoal.routing.router import Router, Rules
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.unit.routing.labelled import labels

SMALL, LARGE = (ScriptedModel([f"{name} says"], name=name, kind="host", host="h") for name in ("small", "large"))
EASY = "Please tell me about the return policy for shoes, case 13."
HARD = "Please tell me about the bound of the spectral gap, case 13."


def offer(name: str, prompt: int, cached: int, output: float) -> Offer:
    return Offer(1.0 if name == "large" else 0.1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    plain = labels(1600)
    route, _ = certify(replace(plain, groups=[{}] * 1600), "large", ["small"], Aim(alpha=0.08))
    rules = Rules(Weights(1, 0, 0, 0), allow=("quality",))
    cards = {model.card.name: model.card for model in (SMALL, LARGE)}
    auto = Auto([], "large", Terms(0.7, Router(route, cards, "large", offer, rules)))
    with running(tmp_path_factory.mktemp("data"), SMALL, LARGE, auto, trust=TrustRules()) as found:
        yield found


def ask(house: Running, said: str, **headers: str) -> web.Response:
    body = {"model": "auto", "messages": [{"role": "user", "content": said}]}
    return web.post(
        f"{house.url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {house.member}", **headers}
    )


@pytest.mark.parametrize(("said", "name"), [(EASY, "small"), (HARD, "large"), ("SELECT 1;", "large")])
def test_who_answers_and_why(house: Running, said: str, name: str) -> None:
    found = ask(house, said)
    assert found.json()["choices"][0]["message"]["content"] == f"{name} says"
    assert found.headers["x-shoal-model"] == found.json()["shoal"]["model"] == name
    assert found.headers["x-shoal-route"]


def test_the_caller_may_ask_for_the_best(house: Running) -> None:
    assert ask(house, EASY, **{"x-shoal-optimize": "quality"}).headers["x-shoal-model"] == "large"


def test_the_record_holds_what_was_weighed_and_no_text(house: Running) -> None:
    exchange = ask(house, EASY).headers["x-shoal-exchange"]
    found = web.get(
        f"{house.url}/v1/shoal/exchanges/{exchange}", headers={"authorization": f"Bearer {house.member}"}
    ).json()
    weighed = found["trust"]["routing"]
    assert weighed["model"] == "small"
    assert {each["model"] for each in weighed["candidates"]} == {"small", "large"}
    assert "shoes" not in str(found)


def test_the_metrics_count_what_was_routed(house: Running) -> None:
    """By the chosen model and whether the ask was foreign; no text."""

    def counted() -> dict[str, float]:
        page = web.get(f"{house.url}/metrics", headers={"authorization": f"Bearer {house.admin}"}).text
        lines = [line.rsplit(" ", 1) for line in page.splitlines() if line.startswith("shoal_routed_total")]
        return {name: float(count) for name, count in lines}

    before = counted()
    for said in (EASY, "Please tell me about the bound the spectral gap, case 13.", "SELECT 2;"):
        ask(house, said)
    assert house.idle()
    after = counted()
    names = {
        'shoal_routed_total{foreign="no",model="small"}',
        'shoal_routed_total{foreign="no",model="large"}',
        'shoal_routed_total{foreign="yes",model="large"}',
    }
    assert {name: count - before.get(name, 0) for name, count in after.items()} == dict.fromkeys(names, 1)
