"""Place: what one watt-hour of machines means in a region, by the hour where a curve is given. It knows no machines.

Metering has the same factors for answers; planning is its sibling and may not import it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from shoal.errors import ConfigError
from shoal.facts.fact import Fact
from shoal.facts.grid import WORLD, Grid, find_grid
from shoal.facts.sites import find_site
from shoal.facts.tables import Facts
from shoal.impacts import Basis, Impacts, Range, Tier

KWH = 1e-3
METHOD = "shoal-training/1"
BOUNDARY = (
    "the final run: accelerators with their share of the server, and the building (PUE); without network, storage, "
    "idle machines and other runs"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Intensities in gCO2e/kWh of electricity (None: unknown), `pue` and `water` in L/kWh of the machines, `materials`
    in kgSbeq/kWh of electricity."""

    grid: Grid
    pue: Range
    average: Range
    market: Range | None
    marginal: Range | None
    water: Range | None
    materials: Range | None
    facts: str

    @property
    def provider(self) -> str:
        """The cloud's name; "any" for a country."""
        provider, slash, _ = self.grid.name.partition("/")
        return provider if slash else "any"

    def with_average(self, gco2e_per_kwh: float) -> Place:
        """The same place with the intensity of some hours instead of the year's."""
        return replace(self, average=Range.exactly(gco2e_per_kwh))

    def impacts(self, it_wh: Range, embodied: Range, materials: Range, cost: Range | None) -> Impacts:
        """What `it_wh` of the machines means here; `embodied` in gCO2e, `materials` in gSbeq, `cost` in USD."""
        plug = it_wh * self.pue
        return Impacts(
            plug,
            plug * self.average.scaled(KWH),
            embodied,
            _times(plug, self.market, KWH),
            _times(plug, self.marginal, KWH),
            _times(it_wh, self.water, 1.0),
            None if self.materials is None else plug * self.materials + materials,
            cost,
            Tier.MODELLED,
            (self._basis(),),
        )

    def _basis(self) -> Basis:
        known = self.grid.average
        return Basis(
            BOUNDARY, self.grid.name, self.average.expected, known.source.title, known.year, self.facts, METHOD
        )


def find_place(facts: Facts, region: str | None, pue: float | None = None) -> Place:
    """The place called so: a cloud region, a country, or None, somewhere in the world. `pue` replaces the published
    one. Raises ConfigError that names the nearest, and for a PUE below 1."""
    if pue is not None and not 1 <= pue < math.inf:
        raise ConfigError(f"a PUE of {pue:g} is less than 1: give all energy of the site over that of its machines")
    grid = find_grid(facts, region or WORLD)
    site = find_site(facts, grid.name)
    building = Range.of(site.pue) if pue is None else Range.exactly(pue)
    off_site, materials = _mix(facts, grid.zone, "water"), _mix(facts, grid.zone, "materials")
    return Place(
        grid,
        building,
        Range.of(grid.average),
        None if grid.market is None else Range.of(grid.market),
        None if grid.marginal is None else Range.of(grid.marginal),
        None if off_site is None else Range.of(site.wue) + building * Range.of(off_site),
        None if materials is None else Range.of(materials),
        facts.version,
    )


def _mix(facts: Facts, zone: str, quantity: str) -> Fact | None:
    return facts.get("mix", zone, quantity) or facts.get("mix", WORLD, quantity)


def _times(energy: Range, factor: Range | None, scale: float) -> Range | None:
    return None if factor is None else energy * factor.scaled(scale)
