"""Impacts: what an attempt or an answer took, in energy, carbon, water, materials and money, and how that is known.

`Range` is an estimate with its uncertainty. A quantity that is not known is None, "unknown", and so is every sum that
it would be part of. It is shared vocabulary, since the ledger, the gateway and the audit speak of it; it measures
nothing: that is `metering/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

from shoal.facts.fact import Fact

METHOD = "shoal-metering/1"
UNKNOWN = "unknown"
# The quantities of `Impacts`, in the order of its fields.
RANGES = (
    *("energy_wh", "usage_gco2e", "embodied_gco2e", "market_gco2e", "marginal_gco2e"),
    *("water_ml", "materials_gsbeq", "cost_usd"),
)


# Not frozen, since that costs half of the hot path; mypy holds the fields to be final all the same.
@dataclass(slots=True)
class Range:
    """`0 <= low <= expected <= high`. Sums and products go end by end: parts that are uncertain for the same reason are
    high together, so a sum's range is never too narrow."""

    low: Final[float]
    expected: Final[float]
    high: Final[float]

    @classmethod
    def exactly(cls, value: float) -> Range:
        """A value without uncertainty."""
        return cls(value, value, value)

    @classmethod
    def of(cls, fact: Fact) -> Range:
        """A fact's figure with its published spread."""
        return cls(fact.low, fact.value, fact.high)

    @classmethod
    def checked(cls, low: float, expected: float, high: float) -> Range:
        """A range from outside. Raises ValueError where it is out of order, negative or not a number."""
        if not 0 <= low <= expected <= high < float("inf"):
            raise ValueError(f"a range needs 0 <= low <= expected <= high, not {low:g}, {expected:g}, {high:g}")
        return cls(low, expected, high)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __mul__(self, other: Range) -> Range:
        """The product of two ranges."""
        return Range(self.low * other.low, self.expected * other.expected, self.high * other.high)

    def scaled(self, factor: float) -> Range:
        """The range times a factor >= 0."""
        return Range(self.low * factor, self.expected * factor, self.high * factor)

    def inverse(self) -> Range:
        """One over the range; its ends change places. Raises ZeroDivisionError where it reaches zero."""
        return Range(1 / self.high, 1 / self.expected, 1 / self.low)

    def to_wire(self) -> dict[str, float]:
        """The JSON form, rounded to six significant digits."""
        low, expected, high = self.low, self.expected, self.high
        if low == high:
            low = expected = high = float(f"{low:.6g}")
        else:
            low, expected, high = float(f"{low:.6g}"), float(f"{expected:.6g}"), float(f"{high:.6g}")
        return {"low": low, "expected": expected, "high": high}


ZERO = Range(0.0, 0.0, 0.0)


def plus(one: Range | None, other: Range | None) -> Range | None:
    """The sum; unknown (None) where either is, since what is unknown is not zero."""
    return None if one is None or other is None else one + other


class Tier(StrEnum):
    """How an energy figure came about, the surest first."""

    MEASURED = "measured"
    MODELLED = "modelled"
    ESTIMATED = "estimated"


_RANGES_OF = attrgetter(*RANGES)
_ORDER = tuple(Tier)


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

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Basis:
        """What `to_wire` wrote."""
        factor = wire["factor"]
        return cls(
            wire["boundary"],
            factor["zone"],
            factor["gco2e_per_kwh"],
            factor["source"],
            factor["year"],
            wire["facts"],
            wire["method"],
            wire.get("vendor"),
        )


# Not frozen, for speed, like `Range`.
@dataclass(slots=True)
class Impacts:
    """`energy_wh` at the plug of the data centre; `usage_gco2e` location-based, `market_gco2e` by contracts,
    `marginal_gco2e` of one more kWh; `embodied_gco2e` the hardware's making; `water_ml` evaporated on site and at power
    stations; `materials_gsbeq` raw materials, in antimony equivalents; `cost_usd` what is billed. None is unknown."""

    energy_wh: Final[Range | None] = None
    usage_gco2e: Final[Range | None] = None
    embodied_gco2e: Final[Range | None] = None
    market_gco2e: Final[Range | None] = None
    marginal_gco2e: Final[Range | None] = None
    water_ml: Final[Range | None] = None
    materials_gsbeq: Final[Range | None] = None
    cost_usd: Final[Range | None] = None
    tier: Final[Tier | None] = None
    bases: Final[tuple[Basis, ...]] = ()

    @property
    def carbon_gco2e(self) -> Range | None:
        """Usage, location-based, and embodied together."""
        return plus(self.usage_gco2e, self.embodied_gco2e)

    def __add__(self, other: Impacts) -> Impacts:
        """Both together; the tier of the less sure of them."""
        return total((self, other))

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
            "tier": self.tier.value if self.tier is not None else UNKNOWN,
            "bases": [basis.to_wire() for basis in self.bases],
            "final": final,
        }

    def to_json(self, *, final: bool = True) -> bytes:
        """The same as `to_wire` in bytes: all numbers are written at once, which costs half."""
        ranges = _RANGES_OF(self)
        numbers = [end for each in ranges if each is not None for end in (each.low, each.expected, each.high)]
        usage, embodied = self.usage_gco2e, self.embodied_gco2e
        if usage is not None and embodied is not None:
            numbers += (usage.low + embodied.low, usage.expected + embodied.expected, usage.high + embodied.high)
        body = _template(tuple([each is not None for each in ranges])) % tuple(numbers)
        end = "true}" if final else "false}"
        return f'{body}"tier":"{self.tier or UNKNOWN}","bases":{_bases_json(self.bases)},"final":{end}'.encode()

    def to_record(self) -> dict[str, Any]:
        """The JSON form that a ledger keeps: unrounded, each range as its three ends."""
        ranges = {name: getattr(self, name) for name in RANGES}
        return {
            **{name: None if each is None else [each.low, each.expected, each.high] for name, each in ranges.items()},
            "tier": self.tier,
            "bases": [basis.to_wire() for basis in self.bases],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Impacts:
        """What `to_record` wrote."""
        ranges = [None if record[name] is None else Range(*record[name]) for name in RANGES]
        energy, usage, embodied, market, marginal, water, materials, cost = ranges
        tier = None if record["tier"] is None else Tier(record["tier"])
        bases = tuple(map(Basis.from_wire, record["bases"]))
        return cls(energy, usage, embodied, market, marginal, water, materials, cost, tier, bases)


# What an answer without any attempt took: nothing, and that is known.
NOTHING = Impacts(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, Tier.MEASURED)


def total(impacts: Iterable[Impacts]) -> Impacts:
    """The sum over the attempts of an answer: routers, guards, judges, retries and failed tries included."""
    found = list(impacts)
    if len(found) < 2:
        return found[0] if found else NOTHING
    first, *others = found
    ranges: list[Range | None] = list(_RANGES_OF(first))
    tier, bases = first.tier, first.bases
    for each in others:
        ranges = [
            None
            if one is None or two is None
            else Range(one.low + two.low, one.expected + two.expected, one.high + two.high)
            for one, two in zip(ranges, _RANGES_OF(each), strict=True)
        ]
        tier = _less_sure(tier, each.tier)
        if each.bases is not bases:
            bases = (*bases, *[basis for basis in each.bases if basis not in bases])
    energy, usage, embodied, market, marginal, water, materials, cost = ranges
    return Impacts(energy, usage, embodied, market, marginal, water, materials, cost, tier, bases)


@cache
def _template(known: tuple[bool, ...]) -> str:
    """The JSON of the quantities, with three numbers for each of RANGES that is known and, at the end, for the sum of
    usage and embodied carbon."""
    three = '{"low":%.6g,"expected":%.6g,"high":%.6g}'
    energy, usage, embodied, market, marginal, water, materials, cost = (three if each else "null" for each in known)
    carbon = three if usage == embodied == three else "null"
    return (
        f'{{"energy_wh":{energy},"carbon":{{"usage":{usage},"embodied":{embodied},"market":{market},'
        f'"marginal":{marginal}}},"water_ml":{water},"materials_gsbeq":{materials},"cost_usd":{cost},'
        f'"carbon_gco2e":{carbon},'
    )


@lru_cache(1024)
def _bases_json(bases: tuple[Basis, ...]) -> str:
    return json.dumps([basis.to_wire() for basis in bases], ensure_ascii=False)


def _less_sure(one: Tier | None, other: Tier | None) -> Tier | None:
    if one is other or one is None:
        return one
    return None if other is None else max(one, other, key=_ORDER.index)


def _wire(value: Range | None) -> dict[str, float] | None:
    return None if value is None else value.to_wire()
