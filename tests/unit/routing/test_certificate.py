"""Certificates: the exact tail, the sequence of thresholds, segments, what is violated how often."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.certificate import (
    Certificate,
    CertifiedCascade,
    Segment,
    Trial,
    binomial_tail,
    by_segment,
    certified,
    highest_rate,
    thresholds,
)


def trial(count: int, seed: int = 0, slope: float = 0.3) -> Trial:
    """The true loss of each ask is 1 with a probability that its expected loss tells."""
    generator = np.random.default_rng(seed)
    expected = generator.random((count, 1)) * slope
    true = (generator.random((count, 1)) < expected).astype(float)
    return Trial(expected, true, np.zeros(count, bool))


@pytest.mark.parametrize(
    ("losses", "count", "rate", "tail"),
    [(0, 10, 0.5, 0.5**10), (1, 2, 0.5, 0.75), (2, 2, 0.1, 1.0), (3, 4, 0.9, 1 - 0.9**4), (0, 1000, 0.05, 0.95**1000)],
)
def test_the_binomial_tail(losses: int, count: int, rate: float, tail: float) -> None:
    assert binomial_tail(losses, count, rate) == pytest.approx(tail, rel=1e-9)


def test_the_tail_of_many() -> None:
    direct = math.fsum(math.comb(200, k) * 0.05**k * 0.95 ** (200 - k) for k in range(7))
    assert binomial_tail(6, 200, 0.05) == pytest.approx(direct)


def test_certified_thresholds_are_violated_no_more_often_than_delta() -> None:
    violated = 0
    for seed in range(200):
        segment = certified(trial(300, seed), alpha=0.1, delta=0.1)
        truth = trial(20_000, 10_000 + seed)
        violated += segment is not None and truth.lost(segment.threshold, 0.0).mean() > 0.1
    assert violated <= 20 + 3 * math.sqrt(200 * 0.1 * 0.9)


def test_the_share_grows_with_the_labels() -> None:
    shares = [
        found.share for count in (200, 2_000, 20_000) if (found := certified(trial(count), 0.05, 0.1)) is not None
    ]
    assert shares == sorted(shares)
    assert shares[-1] > 0.5


def test_nothing_is_certified_where_every_threshold_loses() -> None:
    always = Trial(np.linspace(0, 1, 400)[:, None], np.ones((400, 1)), np.zeros(400, bool))
    found = certified(always, 0.05, 0.1)
    assert found is None or found.share <= 0.05


def test_foreign_asks_are_never_lost_and_never_routed() -> None:
    kept = Trial(np.zeros((50, 1)), np.ones((50, 1)), np.ones(50, bool))
    assert len(thresholds(kept)) == 0
    assert certified(kept, 0.05, 0.1) is None


def test_a_loss_within_the_tolerance_is_none() -> None:
    small = Trial(np.zeros((500, 1)), np.full((500, 1), 0.1), np.zeros(500, bool))
    assert certified(small, 0.05, 0.1, tolerance=0.1) == Segment(0.0, 1.0, 0, 500)
    assert certified(small, 0.05, 0.1) is None


def test_segments_with_too_few_labels_are_taken_together() -> None:
    good, bad = trial(400, 1, 0.02), trial(400, 2, 1.0)
    both = Trial(*(np.concatenate(pair) for pair in zip(_parts(good), _parts(bad), strict=True)))
    groups = ["good"] * 400 + ["bad"] * 390 + ["rare"] * 10
    found = by_segment(both, groups, 0.05, 0.1)
    assert set(found) == {"good", "bad", "all"}
    assert found["good"] is not None
    assert found["good"].share > 0.9
    assert found["all"] is None


def _parts(each: Trial) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return each.expected, each.true, each.kept


@pytest.mark.parametrize(("alpha", "delta"), [(0, 0.1), (1, 0.1), (0.05, 0), (0.05, 1.0), (-1, 2)])
def test_alpha_and_delta_are_probabilities(alpha: float, delta: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        certified(trial(100), alpha, delta)


def made(**changes: object) -> Certificate:
    fields = {"reference": "r", "models": ("s",), "alpha": 0.05, "delta": 0.1, "tolerance": 0.0, "data": "d"}
    segments = {"all": Segment(0.2, 0.5, 0, 100), "x": None}
    return Certificate(**{**fields, "made": 0.0, "expires": 100.0, "segments": segments, **changes})  # type: ignore[arg-type]


def test_what_a_certificate_allows() -> None:
    certificate = made()
    assert certificate.threshold(None, 50) == 0.2
    assert certificate.threshold("unknown", 50) == 0.2
    assert certificate.threshold("x", 50) is None, "a part that was tested and failed does not fall back on the rest"
    assert certificate.threshold(None, 100) is None, "expired"


def test_its_written_form() -> None:
    assert Certificate.from_json(made(reason="r").to_json()) == made(reason="r")


@pytest.mark.parametrize(
    "changed",
    [
        {"alpha": 0.01},
        {"delta": 0.001},
        {"delta": 1.0},
        {"tolerance": -0.1},
        {"expires": math.nan},
        {"expires": math.inf},
        {"segments": {"all": Segment(0.2, 0.5, 3, 100)}},
        {"segments": {"all": Segment(math.inf, 0.5, 0, 100)}},
        {"segments": {"all": Segment(0.2, 1.5, 0, 100)}},
        {"segments": {"all": Segment(0.2, 0.5, -1, 100)}},
        {"segments": {"all": Segment(0.2, 0.5, 0, 10**12)}},
        {"cascades": {"cascade:c": CertifiedCascade(("s", "r"), {}, alone=Segment(0.0, 0.5, 9, 100))}},
    ],
)
def test_what_its_own_numbers_do_not_bear_out_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="is changed or damaged"):
        Certificate.from_json(made(**changed).to_json())


@pytest.mark.parametrize("changed", [{"alpha": "0.05"}, {"expires": "soon"}, {"segments": {"all": {"threshold": 1}}}])
def test_what_is_no_number_is_no_certificate(changed: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="no certificate of routing"):
        Certificate.from_json(json.dumps({**json.loads(made().to_json()), **changed}))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"segments": 3}', made(form=2).to_json()])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match="shoal route certify"):
        Certificate.from_json(text)


@pytest.mark.parametrize(
    ("seen", "count", "rate"), [(0, 100, 0.02951), (5, 50, 0.19966), (104, 600, 0.20082), (7, 7, 1.0)]
)
def test_the_highest_rate_is_that_of_clopper_and_pearson(seen: int, count: int, rate: float) -> None:
    assert highest_rate(seen, count) == pytest.approx(rate, abs=2e-3)
    if seen < count:
        assert binomial_tail(seen, count, highest_rate(seen, count)) == pytest.approx(0.05)
