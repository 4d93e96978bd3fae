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
from shoal.routing.labels import Labels
from shoal.routing.policy import Offer, Weights
from shoal.routing.replay import logged_of, logs_of, replayed
from shoal.routing.route import Route
from shoal.routing.router import Router, Rules
from tests.unit.routing.labelled import labels, of_teams


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


def test_no_more_is_lost_than_certified_whether_requests_have_the_tag_of_the_labels_or_not() -> None:
    """Six routes that a tag alone makes worth it. Without it no request goes to the small model; if the rule were not
    there, most would, and nearly twice of what is certified were lost."""
    aim, tagged, bare, unruled = Aim(alpha=0.05, delta=0.1), [], [], []
    for seed in range(6):
        route, finding = certify(of_teams(1500, seed), "large", ["small"], aim, features=AskFeatures())
        assert finding.share > 0.4
        fresh = of_teams(4000, 100 + seed)
        tagged.append(lost(route, fresh))
        fresh = replace(fresh, groups=[{}] * len(fresh))
        bare.append(lost(route, fresh))
        value = replace(route.value, foreign=replace(route.value.foreign, told=()))
        unruled.append(lost(replace(route, value=value), fresh))
    assert np.mean(tagged) <= aim.alpha
    assert sum(each > aim.alpha for each in tagged) <= 1
    assert max(bare) == 0
    assert np.median(unruled) > 1.5 * aim.alpha


def lost(route: Route, fresh: Labels) -> float:
    """The share of asks that are answered worse than by the reference."""
    small = replayed(route, fresh.asks, fresh.groups).chosen == 0
    return float((small & (fresh.scores[:, 0] < fresh.scores[:, 1])).mean())
