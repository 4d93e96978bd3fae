"""Savings: claimed only where the sample shows them, and never summed across baselines."""

from __future__ import annotations

import random

import pytest

from shoal.impacts import Range
from shoal.metering.savings import Baseline, Pair, Saving, Verdict, saving, total_saving

LARGEST = Baseline.LARGEST_MODEL


def sample(
    actual: float, baseline: float, *, spread: float = 0.1, n: int = 200, quality: float | None = 0.0
) -> list[Pair]:
    """Exchanges around those means; `quality` is how much better the actual answers are in mean."""
    chance = random.Random(3)
    pairs = []
    for _ in range(n):
        one, two = (max(chance.gauss(mean, spread), 0.0) for mean in (actual, baseline))
        rated = (None, None) if quality is None else (0.9 + quality, 0.9)
        pairs.append(Pair(Range.exactly(one), Range.exactly(two), *rated))
    return pairs


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        (sample(1.0, 2.0), Verdict.SAVED),
        (sample(1.0, 2.0, quality=None), Verdict.SAVED),
        (sample(2.0, 1.0), Verdict.COST_MORE),
        (sample(1.0, 1.001, spread=0.3), Verdict.NO_CLAIM),
        (sample(1.0, 2.0, quality=-0.05), Verdict.UNMATCHED),
        (sample(1.0, 2.0, quality=-0.01), Verdict.SAVED),
        (sample(1.0, 2.0, n=20), Verdict.TOO_FEW),
        ([*sample(1.0, 2.0), *sample(1.0, 2.0, quality=None)], Verdict.UNMATCHED),
    ],
)
def test_verdicts(pairs: list[Pair], verdict: Verdict) -> None:
    assert saving("energy_wh", LARGEST, pairs, 10_000).verdict is verdict


def test_the_interval_holds_the_mean_times_all_exchanges() -> None:
    found = saving("energy_wh", LARGEST, sample(1.0, 2.0), 10_000)
    assert found.low < found.expected < found.high
    assert found.expected == pytest.approx(10_000, rel=0.03)
    assert (found.sampled, found.exchanges) == (200, 10_000)
    assert saving("energy_wh", LARGEST, sample(1.0, 2.0), 10_000) == found


def test_a_wide_method_takes_the_claim_away() -> None:
    # Expected saves 0.5, but at the high ends the actual side takes more.
    pairs = [Pair(Range(1, 1, 4), Range(1.2, 1.5, 3)) for _ in range(100)]
    found = saving("energy_wh", LARGEST, pairs, 100)
    assert [found.low, found.expected, found.high] == pytest.approx([-100, 50, 50])
    assert found.verdict is Verdict.NO_CLAIM


def test_sides_that_do_not_err_together_are_compared_crosswise() -> None:
    # A bought service is estimated within a factor of three, an own model is modelled within two.
    took, would = Range(0.1, 0.3, 0.9), Range(0.5, 1, 2)
    together, apart = (saving("energy_wh", LARGEST, [Pair(took, would, alike=each)] * 50, 50) for each in (True, False))
    assert (together.verdict, apart.verdict) == (Verdict.SAVED, Verdict.NO_CLAIM)
    assert [apart.low, apart.expected, apart.high] == pytest.approx([50 * -0.4, 50 * 0.7, 50 * 1.9])


def test_the_same_energy_at_another_grid_is_compared_end_by_end() -> None:
    # 1 to 3 Wh at 0.025 g/Wh instead of 0.4806.
    energy = Range(1, 2, 3)
    pairs = [Pair(energy.scaled(0.025), energy.scaled(0.4806)) for _ in range(50)]
    found = saving("usage_gco2e", Baseline.WORLD_GRID, pairs, 50)
    assert found.verdict is Verdict.SAVED
    assert found.expected == pytest.approx(50 * 2 * 0.4556)


def test_savings_of_one_baseline_are_summed() -> None:
    one, two = (saving("energy_wh", LARGEST, sample(1.0, mean), 1000) for mean in (2.0, 3.0))
    both = total_saving([one, two])
    assert both.expected == pytest.approx(one.expected + two.expected)
    assert (both.exchanges, both.verdict) == (2000, Verdict.SAVED)


@pytest.mark.parametrize(
    ("mean", "quality", "n", "verdict"),
    [
        (2.0, -0.05, 200, Verdict.UNMATCHED),
        (2.0, 0.0, 10, Verdict.TOO_FEW),
    ],
)
def test_a_weak_part_makes_the_sum_weak(mean: float, quality: float, n: int, verdict: Verdict) -> None:
    strong = saving("energy_wh", LARGEST, sample(1.0, 2.0), 1000)
    weak = saving("energy_wh", LARGEST, sample(1.0, mean, quality=quality, n=n), 1000)
    assert (strong + weak).verdict is verdict


def test_different_baselines_are_never_summed() -> None:
    one = saving("energy_wh", LARGEST, sample(1.0, 2.0), 1000)
    for quantity, baseline in (("energy_wh", Baseline.WORLD_GRID), ("cost_usd", LARGEST)):
        with pytest.raises(ValueError, match="not summed"):
            one + saving(quantity, baseline, sample(1.0, 2.0), 1000)
    with pytest.raises(ValueError, match="nothing to sum"):
        total_saving([])


@pytest.mark.parametrize(("pairs", "exchanges"), [([], 10), (sample(1.0, 2.0), 199)])
def test_a_sample_is_of_what_it_speaks_of(pairs: list[Pair], exchanges: int) -> None:
    with pytest.raises(ValueError, match="a sample of the exchanges"):
        saving("energy_wh", LARGEST, pairs, exchanges)


def test_the_verdict_of_a_loss_and_of_a_gain_together() -> None:
    loss = Saving("energy_wh", LARGEST, Verdict.COST_MORE, -30, -20, -10, 50, 100)
    gain = Saving("energy_wh", LARGEST, Verdict.SAVED, 1, 2, 3, 50, 100)
    assert (loss + loss).verdict is Verdict.COST_MORE
    assert (loss + gain).verdict is Verdict.COST_MORE
    assert (loss + Saving("energy_wh", LARGEST, Verdict.SAVED, 15, 20, 25, 50, 100)).verdict is Verdict.NO_CLAIM
