"""Champion and challenger: promoted only if certified, valid, and not worse on labels that neither has seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.certify import Aim, certify
from shoal.routing.challenge import compared
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.route import Route
from tests.unit.routing.labelled import labels

PRICES = {"small": 1.0, "large": 10.0}


def plain(count: int, seed: int) -> Labels:
    return replace(labels(count, seed), groups=[{}] * count)


@pytest.fixture(scope="module")
def routed() -> Route:
    return certify(plain(1600, 0), "large", ["small"], Aim(alpha=0.08), features=AskFeatures())[0]


@pytest.fixture(scope="module")
def held() -> Labels:
    return plain(600, 9)


def closed(route: Route) -> Route:
    """The same, with a certificate for nothing but the reference."""
    return replace(route, certificate=replace(route.certificate, segments={"all": None}))


def test_a_challenger_that_saves_and_loses_little(routed: Route, held: Labels) -> None:
    """About half of the asks go to the small model, whose answers cost 40 micro-dollars instead of 900."""
    found = compared(closed(routed), routed, held, PRICES, routed.certificate.made, margin=0.1)
    assert found.promote, found.against
    assert found.champion.usd == pytest.approx(600 * 90 * 10 / 1e6)
    small = round(found.challenger.share * 600)
    assert found.challenger.usd == pytest.approx((small * 40 * 1 + (600 - small) * 90 * 10) / 1e6)
    assert found.usd is not None
    assert found.challenger.usd is not None
    assert found.champion.usd is not None
    assert found.usd[0] == pytest.approx((found.challenger.usd - found.champion.usd) / 600)
    assert found.score[0] == pytest.approx(found.challenger.score - found.champion.score)
    assert found.champion.score == pytest.approx(float(held.scores[:, held.models.index("large")].mean()))


@pytest.mark.parametrize(
    ("changes", "late", "says"),
    [
        ({"reason": "keep 'large'"}, 0, "it is not certified: keep 'large'"),
        ({"segments": {"all": None}}, 0, "it is not certified for anything"),
        ({}, 91 * 86_400, "its certificate has expired"),
        ({"alpha": 0.2}, 0, "it promises less"),
    ],
)
def test_what_the_certificate_says_against_it(
    changes: dict[str, Any], late: float, says: str, routed: Route, held: Labels
) -> None:
    other = replace(routed, certificate=replace(routed.certificate, **changes))
    found = compared(closed(routed), other, held, {}, routed.certificate.made + late, margin=1.0)
    assert not found.promote
    assert any(says in each for each in found.against)


def test_what_the_labels_say_against_it(routed: Route, held: Labels) -> None:
    """The answers of the small model are all wrong now, and dearer."""
    worse = replace(held, scores=np.where(np.array(held.models) == "small", 0.0, held.scores))
    found = compared(closed(routed), routed, worse, {"small": 99.0, "large": 1.0}, routed.certificate.made)
    assert [each.split(" by ")[0] for each in found.against] == ["its score may be lower", "it is dearer"]


def test_the_same_route_changes_nothing(routed: Route, held: Labels) -> None:
    found = compared(routed, routed, held, PRICES, routed.certificate.made)
    assert found.against == ("it changes nothing on these labels",)


def test_without_prices_only_scores_are_compared(routed: Route, held: Labels) -> None:
    found = compared(closed(routed), routed, held, {"small": 1.0}, routed.certificate.made, margin=0.1)
    assert (found.usd, found.challenger.usd, found.promote) == (None, None, True)


def test_labels_of_a_certificate_and_too_few_are_refused(routed: Route, held: Labels) -> None:
    with pytest.raises(ConfigError, match="the champion was made of these labels"):
        compared(routed, routed, plain(1600, 0), PRICES, 0.0)
    with pytest.raises(ConfigError, match="50 labels have a score of every model, 100 are the least"):
        compared(routed, routed, held.taken(np.arange(50)), PRICES, 0.0)
