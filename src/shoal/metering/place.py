"""Place: where a model runs, as factors from one Wh of its machines to energy, carbon, water and materials.

It knows nothing of models; the factors are worked out once, so that an answer costs a few multiplications.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter

from shoal.errors import ConfigError
from shoal.facts.fact import Fact
from shoal.facts.grid import WORLD, Grid, find_grid
from shoal.facts.sites import find_site
from shoal.facts.tables import Facts
from shoal.impacts import Basis, Ends, Impacts, Range, Tier, ends_of

PER_KWH = 1e-3
_FACTORS_OF = attrgetter("energy", "usage", "market", "marginal", "water", "materials")


@dataclass(frozen=True, slots=True)
class Place:
    """Factors per Wh of the machines (IT energy): `energy` the PUE, `usage`, `market`, `marginal` in gCO2e, `water` in
    mL, `materials` in gSbeq; None is unknown."""

    grid: Grid
    energy: Range
    usage: Range
    market: Range | None
    marginal: Range | None
    water: Range | None
    materials: Range | None
    facts: str
    # All factors in one, for speed.
    ends: Ends = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends = [end for each in _FACTORS_OF(self) for end in ends_of(each)]
        object.__setattr__(self, "ends", tuple(ends))

    def impacts(
        self,
        it_wh: Ends,
        embodied_gco2e: Ends,
        materials_gsbeq: Ends,
        cost_usd: Ends,
        tier: Tier,
        bases: tuple[Basis, ...],
    ) -> Impacts:
        """What `it_wh` at the machines means here. `materials_gsbeq` is the hardware's part of the raw materials. Each
        is given by its ends, as `ends_of` has them."""
        low, mid, high = it_wh
        e0, e1, e2, u0, u1, u2, c0, c1, c2, g0, g1, g2, w0, w1, w2, m0, m1, m2 = self.ends
        h0, h1, h2 = materials_gsbeq
        return Impacts.flat(
            (
                *(low * e0, mid * e1, high * e2, low * u0, mid * u1, high * u2, *embodied_gco2e),
                *(low * c0, mid * c1, high * c2, low * g0, mid * g1, high * g2, low * w0, mid * w1, high * w2),
                *(low * m0 + h0, mid * m1 + h1, high * m2 + h2, *cost_usd),
            ),
            tier,
            bases,
        )

    def basis(self, boundary: str, beside: str | None = None) -> Basis:
        """What figures of this place rest on."""
        average = self.grid.average
        return Basis(
            boundary, self.grid.name, average.value, average.source.title, average.year, self.facts, beside=beside
        )


def place(facts: Facts, region: str | None, *, pue: float | None = None, wue: float | None = None) -> Place:
    """The place called `region` (a cloud region, a country, or None: somewhere in the world). `pue` and `wue` (L/kWh)
    replace the published ones; a PUE of 1 also says that an energy figure holds the building already.

    Raises ConfigError that names the nearest region, and for a PUE below 1.
    """
    grid = find_grid(facts, region or WORLD)
    site = find_site(facts, grid.name)
    if pue is not None and pue < 1:
        raise ConfigError(f"a PUE of {pue:g} is less than 1: give all energy of the site over that of its machines")
    building = Range.of(site.pue) if pue is None else Range.exactly(pue)
    on_site = Range.of(site.wue) if wue is None else Range.exactly(wue)
    off_site = mix(facts, grid.zone, "water")
    materials = mix(facts, grid.zone, "materials")
    return Place(
        grid,
        building,
        _per_wh(building, grid.average),
        None if grid.market is None else _per_wh(building, grid.market),
        None if grid.marginal is None else _per_wh(building, grid.marginal),
        None if off_site is None else on_site + building * Range.of(off_site),
        None if materials is None else building * Range.of(materials),
        facts.version,
    )


def mix(facts: Facts, zone: str, quantity: str) -> Fact | None:
    """Per kWh of the zone's electricity; the world's where the zone has none of its own."""
    return facts.get("mix", zone, quantity) or facts.get("mix", WORLD, quantity)


def _per_wh(building: Range, intensity: Fact) -> Range:
    """g per Wh of the machines, from g per kWh of electricity."""
    return (building * Range.of(intensity)).scaled(PER_KWH)
