"""Replays: a route chooses on labels as it does in the gateway, and logs are matched with its choices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shoal.call import Call, ModelCard, Trail
from shoal.chat import Chat, Message
from shoal.errors import ConfigError
from shoal.models.registry import Registry
from shoal.routing.certify import Aim, certify
from shoal.routing.features import AskFeatures
from shoal.routing.policy import Offer, Weights
from shoal.routing.replay import logged_of, logs_of, replayed
from shoal.routing.route import Route
from shoal.routing.router import Router, Rules
from tests.unit.routing.labelled import labels


@pytest.fixture(scope="module")
def route() -> Route:
    plain = labels(1600)
    return certify(replace(plain, groups=[{}] * 1600), "large", ["small"], Aim(alpha=0.08), features=AskFeatures())[0]


def test_a_replay_chooses_as_the_gateway_does(route: Route) -> None:
    """With a small model that is cheaper, foreign asks among them."""
    asks = [*labels(120, seed=4).asks, "SELECT * FROM lamps WHERE price < 3;"]
    cards = {name: ModelCard(name, "general", "host", host="h") for name in ("small", "large")}

    def offer(name: str, prompt: int, cached: int, output: float) -> Offer:
        return Offer(1.0 if name == "large" else 0.1)

    router = Router(route, cards, "large", offer, Rules(Weights(1, 0, 0, 0)), lambda: route.certificate.made)
    call = Call(exchange_id="e", tenant="t", opener=Registry({}), trail=Trail())
    live = [router.decide(Chat("auto", (Message.of("user", ask),)), call).model for ask in asks]
    found = replayed(route, asks, [{}] * len(asks))
    assert [found.models[at] for at in found.chosen] == live
    assert {"small", "large"} == set(live)


def line(ask: str, name: str, score: float, **more: Any) -> dict[str, Any]:
    return {"prompt": ask, "scores": {name: score}, "model": name, "propensity": 0.95, **more}


def test_logs_are_matched_with_the_choices(route: Route) -> None:
    easy, hard = "Please tell me about the return policy for shoes, case 13.", "Please prove it, case 1."
    rows = [line(easy, "small", 1.0), line(easy, "large", 0.5, propensity=0.05), line(hard, "other", 1.0)]
    logs, unknown = logs_of(route, logged_of([*rows, {"prompt": easy, "scores": {"small": 1}}]))
    assert unknown == 1
    assert logs.agrees.tolist() == [True, False]
    assert logs.propensity.tolist() == [0.95, 0.05]
    assert logs.score.tolist() == [1.0, 0.5]
    assert np.array_equal(logs.target, np.full(2, logs.expected[0]))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"prompt": "a", "scores": {"small": 1}}, "no line has 'model' and 'propensity'"),
        (line("a", "small", 1, propensity=0), "above 0 and at most 1"),
        (line("a", "small", 1, propensity="much"), "above 0 and at most 1"),
        (line("a", "small", 1, model="large"), "needs 'model'"),
        (line("a", "small", 1, model=None), "needs 'model'"),
    ],
)
def test_lines_that_are_no_logs(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        logged_of([row])
