"""Cascades as candidates: what labels say of them, what is certified, and what they are expected to take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.cascaded import ESCALATES, certified_alone, preferred, with_cascades
from shoal.routing.certificate import Certificate, CertifiedCascade, Segment
from shoal.routing.certify import Aim, certify
from shoal.routing.challenge import compared
from shoal.routing.labels import Labels, labels_of
from shoal.routing.replay import replayed
from shoal.routing.route import Route
from tests.unit.routing.labelled import checked

SURE = CertifiedCascade(("small", "large"), {"confidence": 0.7, "refusal": 1.0})
ROWS = [
    # small, large, confidence, refusal: the cascade's score and whether it escalates
    (1.0, 0.0, 0.9, 1.0, 1.0, 0.0),
    (0.0, 1.0, 0.7, 1.0, 0.0, 0.0),
    (0.0, 1.0, 0.69, 1.0, 1.0, 1.0),
    (0.0, 0.5, 0.9, 0.0, 0.5, 1.0),
    (1.0, 0.0, 0.2, np.nan, 0.0, 1.0),
    (1.0, 1.0, 0.9, np.nan, np.nan, np.nan),
]


def rows() -> Labels:
    lines = []
    for at, (small, large, sure, said, *_) in enumerate(ROWS):
        values = {"confidence": sure} if np.isnan(said) else {"confidence": sure, "refusal": bool(said)}
        lines.append({"prompt": str(at), "scores": {"small": small, "large": large}, "checks": {"small": values}})
    return labels_of(lines)


def test_what_a_cascade_scores_follows_from_both_models_and_the_checks() -> None:
    found = with_cascades(rows(), {"cascade:c": SURE}).of(["cascade:c", f"{ESCALATES}cascade:c"])
    assert np.array_equal(found.scores, [row[4:] for row in ROWS], equal_nan=True)
    assert np.isnan(found.tokens).all()
    assert len(found.complete()) == 5


def test_labels_without_a_checks_value_are_named() -> None:
    with pytest.raises(ConfigError, match="no value of the check 'logprobs' of 'small', which 'cascade:c' needs"):
        with_cascades(rows(), {"cascade:c": CertifiedCascade(("small", "large"), {"logprobs": -0.5})})


def test_a_score_of_the_cascade_itself_gives_way() -> None:
    """Whoever ran it as a model has such a column."""
    plain = rows().joined("cascade:c", np.full(len(ROWS), 0.25))
    found = with_cascades(plain, {"cascade:c": SURE})
    assert found.models == ("large", "small", "cascade:c", f"{ESCALATES}cascade:c")
    assert found.scores[0, 2] == 1.0


@pytest.mark.parametrize(("alpha", "held"), [(0.9, True), (0.5, False)])
def test_a_cascade_alone_of_a_worked_case(alpha: float, held: bool) -> None:
    """One loss of five: P(X <= 1 | 5, .9) = .00046, P(X <= 1 | 5, .5) = .1875. Two of five stay."""
    found = certified_alone(with_cascades(rows(), {"cascade:c": SURE}), {"cascade:c": SURE}, alpha, 0.1, 0.0)
    assert found["cascade:c"].alone == (Segment(0.0, 1 - 0.6, 1, 5) if held else None)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (SURE, None),
        (replace(SURE, checks={"confidence": 0.8, "refusal": 1.0, "form": 1.0}), None),
        (
            replace(SURE, checks={"confidence": 0.69, "refusal": 1.0}),
            "its check 'confidence' is 0.69, certified is 0.7",
        ),
        (replace(SURE, checks={"confidence": 0.7}), "its check 'refusal' is not there"),
        (replace(SURE, models=("tiny", "large")), "its models are tiny and large"),
    ],
)
def test_another_cascade_is_not_certified_unless_it_is_more_careful(other: CertifiedCascade, why: str | None) -> None:
    found = SURE.unlike(other)
    assert found is None if why is None else (found or "").startswith(why)


def test_other_samples_are_another_agreement() -> None:
    held = CertifiedCascade(("small", "large"), {"agreement": 0.5}, 2)
    assert held.unlike(replace(held, samples=3)) == "its samples are 3, certified are 2"


def test_a_single_model_comes_before_a_cascade() -> None:
    expected = np.array([[0.04, 0.01], [0.20, 0.01], [0.20, 0.30]])
    within = expected <= 0.05
    assert preferred(expected, within, np.array([False, True])).tolist()[:2] == [0, 1]


CHECKED = CertifiedCascade(("small", "large"), {"confidence": 0.5})
NAMES = ["small", "cascade:c"]


@pytest.fixture(scope="module")
def route() -> Route:
    aim = Aim(alpha=0.08)
    return certify(checked(1600), "large", NAMES, aim, cascades={"cascade:c": CHECKED})[0]


def test_the_certificate_holds_the_cascade(route: Route) -> None:
    """Its confidence tells well on all asks, so that both statements hold, each with half of delta."""
    held = route.certificate.cascades["cascade:c"]
    assert held.alone is not None
    assert (held.alone.n, held.checks) == (1600, {"confidence": 0.5})
    assert Certificate.from_json(route.certificate.to_json()) == route.certificate
    segment = route.certificate.segments["all"]
    assert segment is not None
    assert segment.share > 0.7


def test_the_chance_to_escalate_is_learned() -> None:
    _, finding = certify(checked(1600), "large", NAMES, Aim(alpha=0.08), cascades={"cascade:c": CHECKED})
    expected, seen = finding.escalates["cascade:c"]
    assert abs(expected - seen) < 0.04
    assert 0.3 < seen < 0.7
    # What escalates is answered by the reference.
    assert finding.share < 0.75
    assert finding.worth_it


def test_without_cascades_a_certificate_is_as_before() -> None:
    route, finding = certify(checked(1600), "large", ["small"], Aim(alpha=0.08))
    assert route.certificate.cascades == {}
    assert finding.escalates == {}


def test_a_route_with_a_cascade_is_replayed_and_compared(route: Route) -> None:
    fresh = checked(1200, seed=5)
    found = replayed(route, fresh.asks, fresh.groups)
    assert {found.models[at] for at in found.chosen} >= {"small", "cascade:c"}
    side = compared(route, route, fresh, {}, route.certificate.made).challenger
    assert side.score > 0.85
    other = replace(route, certificate=replace(route.certificate, cascades={"cascade:c": SURE}))
    with pytest.raises(ConfigError, match="'cascade:c' is not the same cascade in both routes"):
        compared(route, other, fresh, {}, route.certificate.made)


def test_a_damaged_cascade_in_a_certificate_is_no_certificate(route: Route) -> None:
    for old, new in (('"checks"', '"cheques"'), ('"confidence": 0.5', '"confidence": "high"')):
        with pytest.raises(ConfigError, match="no certificate of routing"):
            Certificate.from_json(route.certificate.to_json().replace(old, new))
