"""Impacts: what an attempt or an answer took, in energy, carbon, water, materials and money, and how that is known.

A quantity that is not known is None, "unknown", and so is every sum that it would be part of. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shoal.metering.range import ZERO, Range, plus

METHOD = "shoal-metering/1"


class Tier(StrEnum):
    """How an energy figure came about, the surest first."""

    MEASURED = "measured"
    MODELLED = "modelled"
    ESTIMATED = "estimated"


_ORDER = {tier: at for at, tier in enumerate(Tier)}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures rest on. `boundary` says what is counted; `zone`, `grid_gco2e_per_kwh`, `grid_source` and
    `grid_year` are the location-based factor; `facts` the version of all factors; `beside` the vendor's own figure."""

    boundary: str
    zone: str
    grid_gco2e_per_kwh: float
    grid_source: str
    grid_year: int
    facts: str
    method: str = METHOD
    beside: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """The JSON form."""
        factor = {
            "zone": self.zone,
            "gco2e_per_kwh": self.grid_gco2e_per_kwh,
            "source": self.grid_source,
            "year": self.grid_year,
        }
        wire = {"boundary": self.boundary, "factor": factor, "method": self.method, "facts": self.facts}
        return wire | ({"vendor": self.beside} if self.beside else {})


@dataclass(frozen=True, slots=True)
class Impacts:
    """`energy_wh` at the plug of the data centre; `usage_gco2e` location-based, `market_gco2e` by contracts,
    `marginal_gco2e` of one more kWh; `embodied_gco2e` the hardware's making; `water_ml` evaporated on site and at power
    stations; `materials_gsbeq` raw materials, in antimony equivalents; `cost_usd` what is billed. None is unknown."""

    energy_wh: Range | None = None
    usage_gco2e: Range | None = None
    embodied_gco2e: Range | None = None
    market_gco2e: Range | None = None
    marginal_gco2e: Range | None = None
    water_ml: Range | None = None
    materials_gsbeq: Range | None = None
    cost_usd: Range | None = None
    tier: Tier | None = None
    bases: tuple[Basis, ...] = ()

    @property
    def carbon_gco2e(self) -> Range | None:
        """Usage, location-based, and embodied together."""
        return plus(self.usage_gco2e, self.embodied_gco2e)

    def __add__(self, other: Impacts) -> Impacts:
        """Both together; the tier of the less sure of them."""
        return Impacts(
            plus(self.energy_wh, other.energy_wh),
            plus(self.usage_gco2e, other.usage_gco2e),
            plus(self.embodied_gco2e, other.embodied_gco2e),
            plus(self.market_gco2e, other.market_gco2e),
            plus(self.marginal_gco2e, other.marginal_gco2e),
            plus(self.water_ml, other.water_ml),
            plus(self.materials_gsbeq, other.materials_gsbeq),
            plus(self.cost_usd, other.cost_usd),
            _less_sure(self.tier, other.tier),
            self.bases + tuple(basis for basis in other.bases if basis not in self.bases),
        )

    def to_wire(self, *, final: bool = True) -> dict[str, Any]:
        """The JSON form, `usage.shoal`. Unknown quantities are null."""
        return {
            "energy_wh": _wire(self.energy_wh),
            "carbon_gco2e": _wire(self.carbon_gco2e),
            "carbon": {
                "usage": _wire(self.usage_gco2e),
                "embodied": _wire(self.embodied_gco2e),
                "market": _wire(self.market_gco2e),
                "marginal": _wire(self.marginal_gco2e),
            },
            "water_ml": _wire(self.water_ml),
            "materials_gsbeq": _wire(self.materials_gsbeq),
            "cost_usd": _wire(self.cost_usd),
            "tier": self.tier.value if self.tier is not None else "unknown",
            "bases": [basis.to_wire() for basis in self.bases],
            "final": final,
        }


# What an answer without any attempt took: nothing, and that is known.
NOTHING = Impacts(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, Tier.MEASURED)


def total(impacts: Iterable[Impacts]) -> Impacts:
    """The sum over the attempts of an answer: routers, guards, judges, retries and failed tries included."""
    found = list(impacts)
    if not found:
        return NOTHING
    summed = found[0]
    for each in found[1:]:
        summed = summed + each
    return summed


def _less_sure(one: Tier | None, other: Tier | None) -> Tier | None:
    if one is None or other is None:
        return None
    return max(one, other, key=_ORDER.__getitem__)


def _wire(value: Range | None) -> dict[str, float] | None:
    return None if value is None else value.to_wire()
