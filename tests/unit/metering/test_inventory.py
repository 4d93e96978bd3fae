"""SCI per unit and the lines of an inventory."""

from __future__ import annotations

import pytest

from shoal.impacts import Impacts, Range
from shoal.metering.inventory import inventory, sci

OWN = Impacts(
    energy_wh=Range(1, 2, 3),
    usage_gco2e=Range(100, 200, 400),
    embodied_gco2e=Range(10, 20, 30),
    market_gco2e=Range(0, 0, 0),
    marginal_gco2e=Range(200, 400, 800),
)


def test_sci_is_operational_and_embodied_carbon_per_unit() -> None:
    assert sci(OWN, 10) == Range(11, 22, 43)
    assert sci(OWN, 10, marginal=True) == Range(21, 42, 83)


def test_sci_is_unknown_where_a_part_is() -> None:
    assert sci(Impacts(usage_gco2e=Range(1, 1, 1)), 10) is None
    assert sci(Impacts(), 10) is None
    with pytest.raises(ValueError, match="per functional unit"):
        sci(OWN, 0)


def test_lines_of_an_inventory() -> None:
    bought = Impacts(usage_gco2e=Range(1000, 2000, 3000), embodied_gco2e=Range(0, 100, 200))
    found = {(line.scope, line.category, line.method): line for line in inventory(OWN, bought)}
    assert found[2, None, "location"].kgco2e == Range(0.1, 0.2, 0.4)
    assert found[2, None, "market"].kgco2e == Range(0, 0, 0)
    assert found[3, 2, "location"].kgco2e == Range(0.01, 0.02, 0.03)
    assert found[3, 1, "location"].kgco2e == Range(1.0, 2.1, 3.2)


def test_without_a_contract_the_market_line_is_the_location_based_one_and_says_so() -> None:
    own = Impacts(usage_gco2e=Range(100, 200, 400))
    market = next(line for line in inventory(own, Impacts()) if line.method == "market")
    assert market.kgco2e == Range(0.1, 0.2, 0.4)
    assert "no contract known" in market.name
    assert inventory(own, Impacts())[-1].kgco2e is None
