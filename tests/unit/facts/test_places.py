"""Grids and sites: how regions and countries are found, and what they fall back to."""

from __future__ import annotations

import pytest

from shoal.errors import ConfigError
from shoal.facts.grid import find_grid, subject_of
from shoal.facts.sites import find_site
from shoal.facts.tables import Facts, load


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.mark.parametrize(
    ("name", "subject", "zone", "average"),
    [
        ("aws/eu-north-1", "aws/eu-north-1", "SWE", 24.71),
        ("eu-north-1", "aws/eu-north-1", "SWE", 24.71),
        ("us-east-1", "aws/us-east-1", "USA", 396.25),
        ("US-EAST-1", "aws/us-east-1", "USA", 396.25),
        ("europe-west1", "gcp/europe-west1", "BEL", 103.37),
        ("northeurope", "azure/northeurope", "IRL", 403.4),
        ("FRA", "FRA", "FRA", 56.0),
        ("france", "FRA", "FRA", 56.0),
        (" United States ", "USA", "USA", 369.5),
        ("world", "WOR", "WOR", 480.6),
        ("ca-west-1", "aws/ca-west-1", "CAN", 170.0),
    ],
)
def test_regions_and_countries_by_name(facts: Facts, name: str, subject: str, zone: str, average: float) -> None:
    grid = find_grid(facts, name)
    assert (grid.name, grid.zone, grid.average.value) == (subject, zone, average)


def test_average_and_marginal_are_kept_apart(facts: Facts) -> None:
    sweden, virginia = find_grid(facts, "eu-north-1"), find_grid(facts, "us-east-1")
    assert sweden.marginal is not None
    assert virginia.marginal is not None
    assert (round(sweden.marginal.value), round(virginia.marginal.value)) == (791, 557)
    assert sweden.market is not None
    assert sweden.market.value == 0
    assert find_grid(facts, "FRA").market is None


def test_every_cloud_region_has_a_grid_and_a_site(facts: Facts) -> None:
    for region in facts.zones:
        assert find_grid(facts, region).average.unit == "gCO2e/kWh"
        assert find_site(facts, region).pue.value >= 1


@pytest.mark.parametrize(
    ("name", "nearest"), [("us-eas-1", "us-east-1"), ("Fraance", "france"), ("europe-west99", "europe-west9")]
)
def test_an_unknown_region_gives_the_nearest(facts: Facts, name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"'{nearest}'"):
        subject_of(facts, name)


@pytest.mark.parametrize(
    ("region", "pue", "wue"),
    [
        ("aws/us-east-1", 1.15, 0.12),
        ("gcp/europe-west1", 1.09, 0.36),
        ("gcp/europe-west9", 1.1, 0.36),
        ("azure/spaincentral", 1.185, 0.36),
        ("FRA", 1.58, 0.36),
        ("WOR", 1.58, 0.36),
    ],
)
def test_a_site_falls_back_to_its_provider_and_then_to_any(facts: Facts, region: str, pue: float, wue: float) -> None:
    site = find_site(facts, region)
    assert (site.pue.value, site.wue.value) == (pue, wue)


def test_every_region_of_the_three_providers_has_a_grid_its_own_or_its_countrys(facts: Facts) -> None:
    providers = [region.partition("/")[0] for region in facts.zones]
    assert {name: providers.count(name) for name in ("aws", "azure", "gcp")} == {"aws": 38, "azure": 72, "gcp": 44}
    assert all(find_grid(facts, region).average.value > 0 for region in facts.zones)
    assert find_grid(facts, "azure/uksouth").average == facts.find("grid", "GBR", "average")
    assert find_grid(facts, "azure/uksouth").marginal is None
    assert sum("/" not in subject for subject in facts.subjects("grid")) >= 200
