"""Limits over HTTP: headers, refusals, streams that are cut, hang-ups; the ledger and the counters say the same."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.call import Price
from shoal.chat import Usage
from shoal.config.limits import Budget, Downshift, Limits, Rate
from shoal.limits.gate import Gate, Gates
from shoal.limits.rules import read_rules
from shoal.limits.step import LimitsStep, Seams
from shoal.stores.counters_memory import MemoryCounters
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.waiting import SOON_S, until

PRICE = Price(input=10, output=20)
# The counters' clock stands still, so that nothing drains while a test goes on.
NOW_US = time.time_ns() // 1000


def step_of(models: tuple[ScriptedModel, ...], limits: Limits, budgets: dict[str, Budget], **gates: Gate) -> LimitsStep:
    cards = {model.card.name: model.card for model in models}
    seams = Seams(cards.get, lambda chat, _: (chat.model,) if chat.model in cards else ())
    found = Gates(gates) if gates else None
    return LimitsStep(read_rules(limits, budgets), MemoryCounters(lambda: NOW_US), seams, gates=found)


class Limited:
    """A gateway with limits, and what its counters say."""

    def __init__(self, house: Running, step: LimitsStep) -> None:
        self.house = house
        self.counters: Any = step.counters

    def ask(self, model: str = "m", key: str | None = None, **more: Any) -> web.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}], **more}
        headers = {"authorization": f"Bearer {key or self.house.member}"}
        return web.post(f"{self.house.url}/v1/chat/completions", json=body, headers=headers)

    def used(self, quantity: str) -> tuple[int, int]:
        (state,) = [state for name, state in self.counters._states.items() if f":{quantity}:" in name]
        return state.used, state.reserved

    def settled(self) -> None:
        until(lambda: not self.counters.reservations)


def model(*script: Any, name: str = "m", usage: Usage | None = None) -> ScriptedModel:
    lines = list(script) or ["Hel", "lo"]
    return ScriptedModel(lines, name=name, kind="host", host="far", price=PRICE, usage=usage or Usage(7, 2))


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Limited]:
    models = (model(), model(name="small"))
    budgets = {"b": Budget(usd=0.2, requests=6, soft=0.5, downshift=Downshift(at=0.7, to=("small",)))}
    step = step_of(models, Limits(rates={"k": Rate(requests="8/hour", tokens="100k/minute")}), budgets)
    with running(tmp_path, *models, step=step) as house:
        yield Limited(house, step)


def test_what_a_client_is_told(plain: Limited) -> None:
    first = plain.ask()
    assert first.status_code == 200
    assert first.headers["x-ratelimit-limit-requests"] == "8"
    assert first.headers["x-ratelimit-remaining-requests"] == "7"
    assert first.headers["x-ratelimit-reset-requests"] == "7m30s"
    assert {f"x-ratelimit-{what}-tokens" for what in ("limit", "remaining", "reset")} <= set(first.headers)
    assert "x-shoal-budget-warning" not in first.headers
    answers = [plain.ask(stream=at % 2 == 1) for at in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert answers[-1].headers["x-shoal-budget-warning"] == "b;quantity=requests;spent=0.83"
    refused = plain.ask()
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == refused.json()["error"]["type"] == "insufficient_quota"
    assert refused.headers["x-should-retry"] == "false"
    assert plain.used("requests:month") == (6, 0)


def test_usage_says_what_is_left_to_the_key(plain: Limited) -> None:
    plain.ask()
    plain.settled()
    headers = {"authorization": f"Bearer {plain.house.member}"}
    found = web.get(f"{plain.house.url}/v1/shoal/usage", headers=headers).json()
    by = {(each["name"], each["quantity"]): each for each in found["limits"]}
    assert set(by) == {("k", "requests"), ("k", "tokens"), ("b", "usd"), ("b", "requests")}
    budget = by["b", "requests"]
    assert (budget["cap"], budget["used"], budget["reserved"], budget["remaining"]) == (6, 1, 0, 5)
    # 7 tokens at 10 USD and 2 at 20 USD for 1e6 of them.
    assert by["b", "usd"]["used"] == pytest.approx(0.00011)
    assert by["k", "requests"]["remaining"] == 7
    assert web.get(f"{plain.house.url}/v1/shoal/usage").status_code == 401


def test_a_smaller_model_answers_and_says_so(plain: Limited) -> None:
    for _ in range(5):
        plain.ask()
    answer = plain.ask()
    shoal = answer.json()["shoal"]
    assert shoal["model"] == answer.headers["x-shoal-model"] == "small"
    assert shoal["route"]["downshift"] == {"budget": "b", "from": "m", "to": "small"}
    assert "nearly spent" in answer.headers["x-shoal-route"]


def test_a_rate_limit_says_when_to_come_back(tmp_path: Path) -> None:
    models = (model(),)
    step = step_of(models, Limits(rates={"k": Rate(requests="2/minute")}), {})
    with running(tmp_path, *models, step=step) as house:
        limited = Limited(house, step)
        assert [limited.ask().status_code for _ in range(3)] == [200, 200, 429]
        refused = limited.ask()
        assert refused.json()["error"]["code"] == "rate_limit_exceeded"
        assert refused.headers["retry-after"] == "30"
        assert "x-should-retry" not in refused.headers
        assert refused.headers["x-ratelimit-remaining-requests"] == "0"
        assert limited.ask(key=house.admin).status_code == 200


def test_the_ledger_and_the_counters_say_the_same(tmp_path: Path) -> None:
    models = (model(usage=Usage(123, 45)),)
    step = step_of(models, Limits(), {"b": Budget(usd=1, tokens=100_000)})
    with running(tmp_path, *models, step=step) as house:
        limited = Limited(house, step)
        ids = [limited.ask(stream=at % 2 == 0, max_tokens=50).headers["x-shoal-exchange"] for at in range(6)]
        limited.settled()
        records = [house.ledger.get(each) for each in ids]
        assert sum(record.usage().total_tokens for record in records if record is not None) == 6 * 168
        assert limited.used("tokens") == (6 * 168, 0)
        assert limited.used("usd") == (6 * (123 * 10 + 45 * 20), 0)


def test_a_host_that_writes_on_is_cut_off(tmp_path: Path) -> None:
    models = (model(*["word "] * 50),)
    step = step_of(models, Limits(), {"b": Budget(tokens=100_000)})
    with running(tmp_path, *models, step=step) as house:
        limited = Limited(house, step)
        events = limited.ask(stream=True, max_tokens=5).text.removesuffix("\n\n").split("\n\n")
        chunks = [orjson.loads(event[6:]) for event in events[:-1]]
        said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
        assert said == "word " * 5
        assert chunks[-1]["choices"][0]["finish_reason"] == "length"
        assert "reserved" in chunks[-1]["shoal"]["route"]["cut"]
        limited.settled()
        assert models[0].cancelled == 1
        used, reserved = limited.used("tokens")
        assert used > 5
        assert reserved == 0


def test_who_hangs_up_is_charged_for_what_came(tmp_path: Path) -> None:
    never = asyncio.Event()
    models = (model("one ", "two ", never),)
    step = step_of(models, Limits(rates={"c": Rate(concurrent=1)}), {"b": Budget(tokens=100_000)})
    with running(tmp_path, *models, step=step) as house:
        limited = Limited(house, step)
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hello"}], "max_tokens": 500}
        headers = {"authorization": f"Bearer {house.member}"}
        with web.stream("POST", f"{house.url}/v1/chat/completions", json=body, headers=headers) as answer:
            pieces = answer.iter_text()  # who forgets it hangs up
            next(pieces)
            assert limited.ask().status_code == 429
        limited.settled()
        used, reserved = limited.used("tokens")
        record = house.ledger.get(answer.headers["x-shoal-exchange"])
        assert record is not None
        usage = record.usage()
        assert usage.estimated
        assert (usage.prompt_tokens, used) == (6, usage.total_tokens)
        assert 1 <= usage.completion_tokens <= 4
        assert reserved == 0
        assert house.idle()


def test_a_busy_model_says_so_at_once(tmp_path: Path) -> None:
    held = asyncio.Event()
    models = (model("one ", held, "two"),)
    step = step_of(models, Limits(), {}, m=Gate("m", 1, {}, queue=0))
    with running(tmp_path, *models, step=step) as house:
        limited = Limited(house, step)
        found: list[web.Response] = []
        thread = threading.Thread(target=lambda: found.append(limited.ask()))
        thread.start()
        until(lambda: models[0].running)
        refused = limited.ask()
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "model_busy"
        assert int(refused.headers["retry-after"]) >= 1
        house.loop.call_soon_threadsafe(held.set)
        thread.join(2 * SOON_S)
        assert found[0].status_code == 200
