"""Impacts: what an attempt or an answer took, in energy, carbon, water, materials and money, and how that is known.

`Range` is an estimate with its uncertainty. A quantity that is not known is None, "unknown", and so is every sum that
it would be part of. It is shared vocabulary, since the ledger, the gateway and the audit speak of it; it measures
nothing: that is `metering/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from math import isnan, nan
from operator import add, itemgetter
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


Ends = tuple[float, ...]
UNKNOWN_ENDS: Final[Ends] = (nan, nan, nan)
NO_ENDS: Final[Ends] = (0.0, 0.0, 0.0)
_AT = {name: 3 * at for at, name in enumerate(RANGES)}


def ends_of(found: Range | None) -> Ends:
    """Low, expected and high, not numbers where it is unknown."""
    return UNKNOWN_ENDS if found is None else (found.low, found.expected, found.high)


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


class Impacts:
    """`energy_wh` at the plug of the data centre; `usage_gco2e` location-based, `market_gco2e` by contracts,
    `marginal_gco2e` of one more kWh; `embodied_gco2e` the hardware's making; `water_ml` evaporated on site and at power
    stations; `materials_gsbeq` raw materials, in antimony equivalents; `cost_usd` what is billed. None is unknown.

    `ends` holds low, expected and high of each in the order of RANGES, not a number where they are unknown, so that a
    sum of what is unknown is unknown by itself: one tuple costs a third of eight ranges."""

    __slots__ = ("bases", "ends", "tier")

    def __init__(
        self,
        energy_wh: Range | None = None,
        usage_gco2e: Range | None = None,
        embodied_gco2e: Range | None = None,
        market_gco2e: Range | None = None,
        marginal_gco2e: Range | None = None,
        water_ml: Range | None = None,
        materials_gsbeq: Range | None = None,
        cost_usd: Range | None = None,
        tier: Tier | None = None,
        bases: tuple[Basis, ...] = (),
    ) -> None:
        carbon = (usage_gco2e, embodied_gco2e, market_gco2e, marginal_gco2e)
        ranges = (energy_wh, *carbon, water_ml, materials_gsbeq, cost_usd)
        self.ends: Final[Ends] = tuple([end for each in ranges for end in ends_of(each)])
        self.tier: Final = tier
        self.bases: Final = bases

    @classmethod
    def flat(cls, ends: Ends, tier: Tier | None, bases: tuple[Basis, ...]) -> Impacts:
        """The same from all ends in one."""
        made = cls.__new__(cls)
        made.ends, made.tier, made.bases = ends, tier, bases  # type: ignore[misc]  # as in the constructor
        return made

    def of(self, name: str) -> Range | None:
        """The quantity of that name, one of RANGES."""
        at = _AT[name]
        low, expected, high = self.ends[at : at + 3]
        return Range(low, expected, high) if expected == expected else None

    def expected(self, name: str) -> float | None:
        """The expected value of the quantity of that name, or of "carbon_gco2e"; None where it is unknown."""
        ends = self.ends
        found = ends[4] + ends[7] if name == "carbon_gco2e" else ends[_AT[name] + 1]
        return found if found == found else None

    @property
    def energy_wh(self) -> Range | None:
        return self.of("energy_wh")

    @property
    def usage_gco2e(self) -> Range | None:
        return self.of("usage_gco2e")

    @property
    def embodied_gco2e(self) -> Range | None:
        return self.of("embodied_gco2e")

    @property
    def market_gco2e(self) -> Range | None:
        return self.of("market_gco2e")

    @property
    def marginal_gco2e(self) -> Range | None:
        return self.of("marginal_gco2e")

    @property
    def water_ml(self) -> Range | None:
        return self.of("water_ml")

    @property
    def materials_gsbeq(self) -> Range | None:
        return self.of("materials_gsbeq")

    @property
    def cost_usd(self) -> Range | None:
        return self.of("cost_usd")

    @property
    def carbon_gco2e(self) -> Range | None:
        """Usage, location-based, and embodied together."""
        return plus(self.usage_gco2e, self.embodied_gco2e)

    def __add__(self, other: Impacts) -> Impacts:
        """Both together; the tier of the less sure of them."""
        return total((self, other))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Impacts):
            return NotImplemented
        return (self.to_ends(), self.tier, self.bases) == (other.to_ends(), other.tier, other.bases)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = ", ".join(f"{name}={self.of(name)!r}" for name in RANGES if self.of(name) is not None)
        return f"Impacts({known}, tier={self.tier!r}, bases={self.bases!r})"

    def to_ends(self) -> tuple[float | None, ...]:
        """`ends` with None where they are unknown."""
        return tuple([end if end == end else None for end in self.ends])

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
        ends = self.ends
        ends = (*ends, ends[3] + ends[6], ends[4] + ends[7], ends[5] + ends[8])
        template, known = _template(tuple(map(isnan, ends[::3])))
        return template % known(ends) + _end_json(self.tier, self.bases, final)

    def to_record(self) -> dict[str, Any]:
        """The JSON form that a ledger keeps: unrounded, each range as its three ends."""
        ends = self.ends
        return {
            **{name: list(ends[at : at + 3]) if ends[at] == ends[at] else None for name, at in _AT.items()},
            "tier": self.tier,
            "bases": [basis.to_wire() for basis in self.bases],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Impacts:
        """What `to_record` wrote."""
        ends = tuple([end for name in RANGES for end in record[name] or UNKNOWN_ENDS])
        tier = None if record["tier"] is None else Tier(record["tier"])
        return cls.flat(ends, tier, tuple(map(Basis.from_wire, record["bases"])))


# What an answer without any attempt took: nothing, and that is known.
NOTHING = Impacts(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, Tier.MEASURED)


def total(impacts: Iterable[Impacts]) -> Impacts:
    """The sum over the attempts of an answer: routers, guards, judges, retries and failed tries included."""
    found = list(impacts)
    if len(found) < 2:
        return found[0] if found else NOTHING
    first, *others = found
    ends, tier, bases = first.ends, first.tier, first.bases
    for each in others:
        ends = tuple(map(add, ends, each.ends))
        if each.tier is not tier:
            tier = _less_sure(tier, each.tier)
        if each.bases is not bases:
            bases = (*bases, *[basis for basis in each.bases if basis not in bases])
    return Impacts.flat(ends, tier, bases)


@cache
def _template(unknown: tuple[bool, ...]) -> tuple[bytes, Callable[[Ends], Ends]]:
    """The JSON of the quantities, with three numbers for each of RANGES, and for the sum of usage and embodied carbon
    at the end, unless it is unknown; and what takes these numbers out of all."""
    three = '{"low":%.6g,"expected":%.6g,"high":%.6g}'
    energy, usage, embodied, market, marginal, water, materials, cost, carbon = (
        "null" if each else three for each in unknown
    )
    text = (
        f'{{"energy_wh":{energy},"carbon":{{"usage":{usage},"embodied":{embodied},"market":{market},'
        f'"marginal":{marginal}}},"water_ml":{water},"materials_gsbeq":{materials},"cost_usd":{cost},'
        f'"carbon_gco2e":{carbon},'
    )
    places = [3 * at + end for at, each in enumerate(unknown) if not each for end in range(3)]
    return text.encode(), itemgetter(*places) if places else lambda _: ()


@lru_cache(1024)
def shared(bases: tuple[Basis, ...]) -> tuple[Basis, ...]:
    """Equal bases as one object: sums then see at once that they are the same."""
    return bases


@lru_cache(1024)
def _end_json(tier: Tier | None, bases: tuple[Basis, ...], final: bool) -> bytes:
    """What comes after the quantities."""
    wire = {"tier": tier or UNKNOWN, "bases": [basis.to_wire() for basis in bases], "final": final}
    return json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode().removeprefix(b"{")


def _less_sure(one: Tier | None, other: Tier | None) -> Tier | None:
    if one is None or other is None:
        return None
    return Tier.ESTIMATED if Tier.ESTIMATED in (one, other) else Tier.MODELLED


def _wire(value: Range | None) -> dict[str, float] | None:
    return None if value is None else value.to_wire()
