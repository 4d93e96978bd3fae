"""Off-policy estimates: a case worked by hand, and intervals that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.errors import ConfigError
from shoal.routing.estimates import Logs, estimated


def logs(*rows: tuple[bool, float, float, float, float]) -> Logs:
    agrees, propensity, score, expected, target = zip(*rows, strict=True)
    return Logs(np.array(agrees), *(np.array(each) for each in (propensity, score, expected, target)))


def test_a_worked_case() -> None:
    """Weights 2, 0, 4, 0: weighted (2 * 1 + 4 * 0) / 6; robust the mean of .5 + 2 * .5, .2, .6 - 4 * .6, .4."""
    found = estimated(
        logs(
            (True, 0.5, 1.0, 0.5, 0.5),
            (False, 0.5, 1.0, 0.9, 0.2),
            (True, 0.25, 0.0, 0.6, 0.6),
            (False, 0.75, 0.5, 0.5, 0.4),
        )
    )
    assert found.weighted is not None
    assert found.weighted.mean == pytest.approx(2 / 6)
    assert found.robust.mean == pytest.approx((1.5 + 0.2 - 1.8 + 0.4) / 4)
    assert found.effective == pytest.approx(36 / 20)
    assert (found.weight.mean, found.logged.mean, found.n) == (1.5, 0.625, 4)
    assert found.doubt == "too few: the logs are worth 2 of this policy's own, 30 are the least"


def test_logs_of_the_policy_itself_are_its_mean() -> None:
    found = estimated(logs(*[(True, 1.0, float(at % 4 > 0), 0.3, 0.3) for at in range(200)]))
    assert found.weighted is not None
    assert (found.weighted.mean, found.robust.mean, found.effective, found.doubt) == (0.75, 0.75, 200, None)


def test_no_log_agrees() -> None:
    found = estimated(logs(*[(False, 0.9, 1.0, 0.5, 0.7)] * 50))
    assert (found.weighted, found.effective) == (None, 0.0)
    assert found.robust.mean == pytest.approx(0.7)
    assert found.doubt is not None


def test_a_log_that_does_not_cover_the_policy_is_doubted() -> None:
    """Half of what the policy would choose was never tried."""
    found = estimated(logs(*[(at % 2 == 0, 1.0, 1.0, 0.5, 0.5) for at in range(400)]))
    assert found.doubt is not None
    assert "cover about 50%" in found.doubt


def test_no_logs() -> None:
    nothing = np.zeros(0)
    with pytest.raises(ConfigError, match="no log names a model of the route"):
        estimated(Logs(nothing.astype(bool), nothing, nothing, nothing, nothing))


def simulated(generator: np.random.Generator, count: int, explore: float) -> tuple[Logs, float]:
    """Asks of difficulty z; the log's policy takes the small model where z < .5 and explores; the policy in question
    takes it where z < .7. The true mean score of the latter comes with it."""
    z = generator.random(count)
    small = z < 0.5
    away = generator.random(count) < explore
    took_small = small ^ away
    good = np.where(took_small, 0.95 - 0.5 * z, 0.9)
    wants_small = z < 0.7
    target = np.where(wants_small, 0.9 - 0.4 * z, 0.85)
    expected = np.where(took_small, 0.9 - 0.4 * z, 0.85)
    propensity = np.where(away, explore, 1 - explore)
    score = (generator.random(count) < good).astype(float)
    truth = 0.95 * 0.7 - 0.5 * 0.7**2 / 2 + 0.9 * 0.3
    return Logs(took_small == wants_small, propensity, score, expected, target), truth


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Of 100 simulated logs at 95 %, fewer than 88 come by chance about once in 1,000 times. The value model is wrong,
    as it always is."""
    generator = np.random.default_rng(5)
    held = np.zeros(2)
    for _ in range(100):
        found, truth = simulated(generator, 1_000, 0.2)
        got = estimated(found)
        assert got.weighted is not None
        assert got.doubt is None
        held += [each.low <= truth <= each.high for each in (got.robust, got.weighted)]
    assert held.min() >= 88, held


def test_estimates_are_closer_with_a_value_model() -> None:
    """Over 50 logs the doubly robust estimate is off by less than the weighted one, on the whole."""
    generator = np.random.default_rng(6)
    off = np.zeros((50, 2))
    for at in range(50):
        found, truth = simulated(generator, 1_000, 0.1)
        got = estimated(found)
        assert got.weighted is not None
        off[at] = got.robust.mean - truth, got.weighted.mean - truth
    assert np.abs(off.mean(axis=0)).max() < 0.02
    robust, weighted = np.sqrt((off**2).mean(axis=0))
    assert robust <= weighted * 1.05
