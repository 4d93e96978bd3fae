"""Making a route: what is recommended where routing helps, where it does not, and for what is asked wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.certify import Aim, certify, interval
from tests.unit.routing.labelled import labels


def test_a_router_that_is_worth_it() -> None:
    route, finding = certify(labels(1200), "large", ["small"], Aim(alpha=0.08))
    assert finding.worth_it
    assert 0.3 < finding.share < 0.7
    assert finding.router > finding.chance + 0.1
    assert finding.recommendation.startswith("route: ")
    assert route.certificate.threshold(None, route.certificate.made) is not None
    assert route.certificate.reason is None


def test_labels_that_tell_nothing_keep_the_reference() -> None:
    generator = np.random.default_rng(3)
    plain = labels(1200)
    scores = np.stack([generator.random(1200) < 0.5, generator.random(1200) < 0.9], axis=1).astype(float)
    route, finding = certify(replace(plain, scores=scores), "large", ["small"], Aim())
    assert not finding.worth_it
    assert finding.recommendation.startswith("keep 'large'")
    assert route.certificate.segments == {}
    assert route.certificate.threshold(None, route.certificate.made) is None
    assert route.certificate.reason == finding.recommendation


def test_a_small_model_that_does_for_all_needs_no_router() -> None:
    same = labels(600)
    _, finding = certify(replace(same, scores=np.ones((600, 2))), "large", ["small"], Aim())
    assert not finding.worth_it
    assert finding.recommendation.startswith("use 'small' without a router")


def test_groups_are_certified_by_themselves() -> None:
    route, _ = certify(labels(2000, noise=0.04), "large", ["small"], Aim(alpha=0.1, level="tag"))
    shop, maths = (route.certificate.segments.get(f"topic={name}") for name in ("shop", "maths"))
    assert shop is not None
    assert shop.share > 0.9
    assert maths is None or maths.share < 0.2


@pytest.mark.parametrize(
    ("count", "models", "says"),
    [(60, ["small"], "are the least"), (400, [], "at least one smaller"), (400, ["large"], "at least one smaller")],
)
def test_what_cannot_be_certified(count: int, models: list[str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        certify(labels(count), "large", models, Aim())


def test_the_interval_holds_the_mean() -> None:
    values = np.random.default_rng(0).normal(1.0, 1.0, 400)
    low, high = interval(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(4 / 20, rel=0.15)
    assert interval(np.zeros(0)) == (0.0, 0.0)


@pytest.mark.parametrize("level", ["kind", "step", "family"])
def test_a_level_that_no_request_tells_certifies_nothing(level: str) -> None:
    with pytest.raises(ConfigError, match=f"no request tells its '{level}'"):
        certify(labels(400), "large", ["small"], Aim(level=level))
