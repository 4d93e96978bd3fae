"""Cascades of a small model and the reference: curves, certificates and savings that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shoal.impacts import Range
from shoal.routing.rightsize.cascading import alone, confident, curve, outcome
from shoal.routing.rightsize.result import Result, Taken
from tests.unit.routing.rightsize.tables import DEAR, LARGE, SMALL, results, table


def test_the_curve_falls_where_the_small_model_guesses() -> None:
    found = table(results(1_000, hard=0.2))
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    points = curve(pair)
    assert [point.coverage for point in points] == sorted(point.coverage for point in points)
    easy = float(found.scores[:, 0].mean())
    for point in points:
        assert point.kept == pytest.approx(min(1.0, easy / point.coverage), abs=1e-9)
        assert point.together == pytest.approx(1 - max(0.0, point.coverage - easy), abs=1e-9)


def test_the_certified_share_and_what_it_saves() -> None:
    found = table(results(1_000, hard=0.2))
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    made = outcome(pair, found, 0.05, 0.1, 0.0)
    assert made is not None
    easy = float(found.scores[:, 0].mean())
    # Of 1,000 with alpha 0.05 and delta 0.1 at most 40 may be lost: the binomial tail of 41 is above 0.1.
    assert made.segment.losses <= 40
    assert easy <= made.share <= easy + 0.040 + 1e-9
    assert made.share - easy == pytest.approx(made.segment.losses / 1_000)
    money, energy = made.savings["cost_usd"], made.savings["energy_wh"]
    assert money is not None
    assert energy is not None
    assert money.expected == pytest.approx(1 - (1 - made.share) - 0.1)
    assert money.low < money.expected < money.high
    assert energy.expected == pytest.approx(money.expected)
    # The small model's most over the reference's least is 2 / 5, its least over the most 0.5 / 20.
    assert energy.low < made.share - 0.4 + 0.01
    assert energy.high > made.share - 0.025 - 0.01
    assert made.better_than_chance
    assert not made.dearer


def test_ten_tasks_certify_nothing() -> None:
    found = table(results(10, hard=0.0))
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    assert outcome(pair, found, 0.05, 0.1, 0.0) is None


def test_45_tasks_without_a_loss_certify_all() -> None:
    for count, certified in ((44, False), (45, True)):
        found = table(results(count, hard=0.0))
        pair = alone(found, SMALL, LARGE, found.rows(None))
        made = outcome(pair, found, 0.05, 0.1, 0.0)
        assert (made is not None) is certified
        assert made is None or made.share == 1.0


def test_confidence_that_tells_nothing_is_no_better_than_chance() -> None:
    made = results(2_000, hard=0.03)
    generator = np.random.default_rng(5)
    blind = {key: replace(each, confidence=float(generator.random())) for key, each in made.items()}
    found = table(blind)
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    kept = outcome(pair, found, 0.01, 0.1, 0.0)
    assert kept is None or kept.share < 0.999
    assert kept is None or not kept.better_than_chance


def test_what_failed_goes_to_the_reference() -> None:
    made = results(200, hard=0.0)
    for at in range(0, 200, 4):
        made[f"billing-{at}", SMALL] = Result(f"billing-{at}", SMALL, error="host_failed", taken=Taken())
    found = table(made)
    pair = alone(found, SMALL, LARGE, found.rows(None))
    assert pair.kept.sum() == 50
    certified = outcome(pair, found, 0.05, 0.1, 0.0)
    assert certified is not None
    assert certified.share == 0.75
    assert certified.savings["cost_usd"] is None


def test_without_confidence_there_is_no_threshold() -> None:
    found = table(results(100, confident=False))
    assert confident(found, SMALL, LARGE, found.rows(None)) is None


def test_there_is_no_curve_where_every_task_goes_to_the_reference() -> None:
    found = table(results(60))
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    assert curve(replace(pair, kept=np.ones(60, bool))) == []
    assert curve(pair.of(np.zeros(0, np.int64))) == []


def test_a_cascade_that_costs_more_than_the_reference_alone() -> None:
    dear = Taken(Range.exactly(0.02), DEAR.energy_wh, DEAR.carbon_gco2e)
    made = {key: replace(each, taken=dear) if key[1] == SMALL else each for key, each in results(200).items()}
    found = table(made)
    pair = confident(found, SMALL, LARGE, found.rows(None))
    assert pair is not None
    certified = outcome(pair, found, 0.05, 0.1, 0.0)
    assert certified is not None
    assert certified.dearer


def test_certificates_hold_on_new_tasks() -> None:
    """Over 60 draws of 300 tasks the true loss at the certified threshold is above alpha no more often than delta
    allows, with room for chance: 12 of 60 would happen once in a hundred at delta 0.1."""
    wrong = 0
    everything = table(results(20_000, hard=0.3, seed=99))
    whole = confident(everything, SMALL, LARGE, everything.rows(None))
    assert whole is not None
    for seed in range(60):
        found = table(results(300, hard=0.3, seed=seed))
        pair = confident(found, SMALL, LARGE, found.rows(None))
        assert pair is not None
        made = outcome(pair, found, 0.05, 0.1, 0.0)
        if made is not None:
            wrong += bool(whole.trial().lost(made.segment.threshold, 0.0).mean() > 0.05)
    assert wrong <= 12
