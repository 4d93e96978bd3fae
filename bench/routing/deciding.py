"""Times whole decisions of a router among eight models: with given prices, and with those of metering."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from shoal.call import Attempt, Call, ModelCard, Price, Purpose, Trail
from shoal.chat import Chat, Message, Usage
from shoal.config import Settings
from shoal.metering.start import open_metering
from shoal.models.registry import Registry
from shoal.routing.candidates import Pricer
from shoal.routing.certificate import ALL, Certificate, Segment
from shoal.routing.pace import Pace
from shoal.routing.policy import Offer, Weights
from shoal.routing.route import Route
from shoal.routing.router import Router, Rules
from shoal.routing.start import pricer_of
from shoal.routing.value import ValueModel

COUNT = 2_000
GIVEN = Offer(1.0, 1.0, 1.0, 1.0)


def deciding(model: ValueModel, prompt: str) -> None:
    """Prints the milliseconds of CPU and of the clock of a decision on that prompt."""
    for name, router in routers(model):
        for clock, each in zip(("CPU", "clock"), decisions(router, prompt), strict=True):
            p50, p99 = np.quantile(each, [0.5, 0.99])
            print(
                f"Decision, {len(router.models)} models, {len(prompt) / 1000:.0f} kB, {name} prices, {clock}: "
                f"p50 {p50:.2f} ms, p99 {p99:.2f} ms (0.25, 1), least {each.min():.2f}"
            )


def routers(model: ValueModel) -> Iterator[tuple[str, Router]]:
    """A router whose prices cost nothing to find, and one that asks metering, as the gateway does."""
    reference, all_of_it = "large", Segment(1.0, 1.0, 0, 1)
    small = tuple(name for name in model.models if name != reference)
    segments: dict[str, Segment | None] = {ALL: all_of_it}
    certificate = Certificate(reference, small, 0.05, 0.1, 0.0, "", 0.0, float("inf"), segments=segments)
    price, hosts = Price(1, 0, 2), ("own", "service")
    cards = {
        name: ModelCard(name, "general", "host", host=hosts[at % 2], params_b=8.0, price=price)
        for at, name in enumerate(model.models)
    }
    for name, pricer in (("given", lambda *_: GIVEN), ("real", metered(cards))):
        rules = Rules(Weights(1, 0.0002, 0.0001, 0))
        yield name, Router(Route(model, certificate), cards, reference, pricer, rules)


def metered(cards: dict[str, ModelCard]) -> Pricer:
    """Dollars, watt-hours, grams and seconds of models on known hardware, and of a service."""
    hosts = {"own": {"row": "vllm", "base_url": "http://127.0.0.1:1/v1"}, "service": {"row": "ollama"}}
    machines = {"own": {"region": "DEU", "hardware": "h100"}, "service": {"region": "aws/us-east-1"}}
    models = {name: {"host": card.host, "params_b": card.params_b} for name, card in cards.items()}
    settings = Settings.model_validate({"hosts": hosts, "models": models, "metering": {"hosts": machines}})
    pace = Pace()
    for card in cards.values():
        usage = Usage(prompt_tokens=500, completion_tokens=200)
        pace.saw(Attempt(card.name, card.host, Purpose.ANSWER, 0.0, 0, "ok", 100, 0.2, 2.0, usage))
    return pricer_of(cards, open_metering(settings, cards.values()).expected, pace)


def decisions(router: Router, prompt: str) -> tuple[np.ndarray, np.ndarray]:
    """(COUNT,) milliseconds of CPU and of the clock of each decision."""
    chat = Chat("auto", (Message.of("user", prompt),))
    call = Call(exchange_id="e", tenant="t", opener=Registry({}), trail=Trail())
    spent = []
    for _ in range(COUNT):
        begun, cpu = time.perf_counter_ns(), time.thread_time_ns()
        router.decide(chat, call)
        spent.append((time.thread_time_ns() - cpu, time.perf_counter_ns() - begun))
    found = np.array(spent) / 1e6
    return found[:, 0], found[:, 1]
