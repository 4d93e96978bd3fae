"""Places: factors of regions and countries, what is unknown there, and a PUE of one's own."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.impacts import Range
from shoal.metering.place import place as metered_place
from shoal.planning.place import find_place


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.mark.parametrize(
    ("region", "name", "provider", "pue", "average"),
    [
        ("us-east-1", "aws/us-east-1", "aws", 1.15, 396.25),
        ("europe-west4", "gcp/europe-west4", "gcp", 1.07, 208.81),
        ("France", "FRA", "any", 1.58, 56.0),
        (None, "WOR", "any", 1.58, 480.6),
    ],
)
def test_factors(region: str | None, name: str, provider: str, pue: float, average: float, facts: Facts) -> None:
    found = find_place(facts, region)
    assert (found.grid.name, found.provider) == (name, provider)
    assert (found.pue.expected, found.average.expected) == (pue, average)


def test_what_is_not_published_is_unknown(facts: Facts) -> None:
    took = find_place(facts, "FRA").impacts(Range.exactly(1000), Range.exactly(1), Range.exactly(1), None)
    assert (took.market_gco2e, took.marginal_gco2e, took.cost_usd) == (None, None, None)
    assert took.usage_gco2e is not None


def test_a_pue_and_an_intensity_of_one_s_own(facts: Facts) -> None:
    found = find_place(facts, "FRA", 1.2).with_average(100)
    took = found.impacts(Range.exactly(1000), Range.exactly(1), Range.exactly(1), None)
    assert took.energy_wh == Range.exactly(1200)
    assert took.usage_gco2e is not None
    assert took.usage_gco2e.expected == pytest.approx(120)
    for wrong in (0.9, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="less than 1"):
            find_place(facts, "FRA", wrong)


@pytest.mark.parametrize("region", ["aws/eu-north-1", "gcp/us-central1", "azure/westeurope", "DEU", "world"])
def test_planning_and_metering_have_the_same_factors(region: str, facts: Facts) -> None:
    """They are siblings and may not import each other: this holds the two together."""
    one, two = find_place(facts, region), metered_place(facts, region)
    mine = one.impacts(Range.exactly(1000), Range.exactly(0), Range.exactly(0), None)
    pairs = [(mine.energy_wh, two.energy), (mine.usage_gco2e, two.usage), (mine.market_gco2e, two.market)]
    pairs += [(mine.marginal_gco2e, two.marginal), (mine.water_ml, two.water), (mine.materials_gsbeq, two.materials)]
    for ours, theirs in pairs:
        if theirs is None:
            assert ours is None
        else:
            assert ours is not None
            ends = ((ours.low, theirs.low), (ours.expected, theirs.expected), (ours.high, theirs.high))
            assert all(mine_at == pytest.approx(1000 * theirs_at) for mine_at, theirs_at in ends)
