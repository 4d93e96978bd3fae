"""Options: the same run on every machine, in every region, from every start on; which are worth a look, and why one is
first. It works out no run itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final, TypeVar

from shoal.errors import ConfigError
from shoal.facts.grid import subject_of as region_of
from shoal.facts.tables import Facts
from shoal.impacts import Range, plus
from shoal.planning.curve import Curve
from shoal.planning.machine import ANY, PEAKS, offers, subject_of
from shoal.planning.train import Plan, Terms, plan
from shoal.planning.workload import Workload

Item = TypeVar("Item")
UNKNOWN: Final = float("inf")
ACCOUNTS: Mapping[str, str] = {"location": "usage_gco2e", "market": "market_gco2e", "marginal": "marginal_gco2e"}


@dataclass(frozen=True, slots=True)
class Space:
    """What is compared: names of hardware and regions (empty: all that the facts know to be let), starts, and the
    intensity over time by the region's name ("" for all)."""

    hardware: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    starts: tuple[datetime | None, ...] = (None,)
    curves: Mapping[str, Curve] | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Every option; `front` are those that no other beats in every objective, the first of them first."""

    every: tuple[Plan, ...]
    front: tuple[Plan, ...]
    why: str

    @property
    def first(self) -> Plan:
        """The option to take."""
        return self.front[0]


def compare(
    work: Workload,
    space: Space,
    facts: Facts,
    terms: Terms | None = None,
    *,
    by: str = "carbon",
    account: str = "location",
) -> Options:
    """All options and the front of carbon, cost and, where the number of devices is given, time. `by` (carbon, cost,
    energy, water or time) says which of the front is first; `account` whose carbon it is.

    Raises ConfigError that names the nearest, and where nothing is left to compare.
    """
    fixed = terms or Terms()
    every = tuple(
        plan(work, device, region, facts, fixed, start, _curve(space, region))
        for device, region, start in _combined(space, work, facts)
    )
    fitting = [each for each in every if each.fits]
    if not fitting:
        least = min(each.memory.fewest for each in every)
        raise ConfigError(f"the run fits on none of these with so few devices: it needs {least} of them at least")
    objectives = ["carbon", "cost", *(["time"] if fixed.devices is not None else [])]
    values = {name: _reader(name, account) for name in (*objectives, by)}
    best = min(fitting, key=values[by])
    if values[by](best) == UNKNOWN:
        raise ConfigError(
            f"the {account + ' ' if by == 'carbon' else ''}{by} of none of these is known: compare another"
        )
    front = sorted(pareto(fitting, [values[name] for name in objectives]), key=values[by])
    if values[by](front[0]) > values[by](best):
        front = [best, *front]
    return Options(every, tuple(front), why(front, fitting, by, account))


def pareto(plans: Sequence[Item], objectives: Sequence[Callable[[Item], float]]) -> list[Item]:
    """The plans that no other is at least as good as in every objective and better in one; of equal ones the first."""
    scored = sorted(((tuple(value(each) for value in objectives), at) for at, each in enumerate(plans)))
    kept: list[tuple[tuple[float, ...], int]] = []
    for score, at in scored:
        if not any(all(one <= two for one, two in zip(other, score, strict=True)) for other, _ in kept):
            kept.append((score, at))
    return [plans[at] for _, at in kept]


def carbon(each: Plan, account: str = "location") -> Range | None:
    """Use and making together, in gCO2e, by one way of accounting; None where its factor is not known."""
    usage: Range | None = getattr(each.impacts, ACCOUNTS[account])
    return plus(usage, each.impacts.embodied_gco2e)


def why(front: Sequence[Plan], plans: Sequence[Plan], by: str, account: str) -> str:
    """One sentence on the first of the front: what makes it so, what it costs, and whether the order is sure."""
    first = front[0]
    name = called(first)
    if len(plans) == 1:
        return f"{name} is the only option."
    value = _reader(by, account)
    others = [each for each in plans if each is not first]
    second = min(others, key=value)
    grid, wh = first.place.average.expected, _reader("energy", account)(first)
    mean = sum(each.place.average.expected for each in plans) / len(plans)
    typical = sum(_reader("energy", account)(each) for each in plans) / len(plans)
    reason = {
        "carbon": f"its electricity emits {grid:,.0f} g/kWh (mean of the options {mean:,.0f}) and it takes "
        f"{_kwh(wh)} (mean {_kwh(typical)})",
        "energy": f"it takes {_kwh(wh)} (mean of the options {_kwh(typical)})",
        "water": f"it takes {_kwh(wh)} where a kWh takes little water",
        "cost": f"it takes {first.device_hours.expected:,.0f} device hours at its price",
        "time": f"it ends after {first.hours.expected:,.1f} hours on {first.devices} devices",
    }[by]
    beside = _beside(first, second, _ranges(by, account))
    return f"{name} is first by {by}: {reason}; {beside}{_price_of(first, plans)}."


def _kwh(wh: float) -> str:
    """An energy in words, in MWh from one on."""
    return f"{wh / 1e6:,.3g} MWh" if wh >= 1e6 else f"{wh / 1e3:,.3g} kWh"


def called(each: Plan) -> str:
    """An option in words."""
    since = "" if each.start is None else f" from {each.start.isoformat(timespec='minutes')} on"
    return f"{each.machine.name} in {each.place.grid.name}{since}"


def _beside(first: Plan, second: Plan, ranges: Callable[[Plan], Range | None]) -> str:
    """How far the next one is, and whether the ranges can tell them apart."""
    name = called(second)
    best, other = ranges(first), ranges(second)
    if best is None or other is None:
        return f"next is {name}, of which it is not known"
    more = other.expected / best.expected - 1 if best.expected else 0.0
    ahead = f"next is {name} with {more:.0%} more" if more >= 0.005 else f"as good is {name}"
    if second.machine.name == first.machine.name:
        known = "the curve" if second.place.grid.name == first.place.grid.name else "what is known of the two places"
        return f"{ahead}, on the same machines, so the order is as sure as {known}"
    sure = best.high <= other.low
    return f"{ahead}, on other machines whose ranges {'are apart' if sure else 'overlap, so the order is not sure'}"


def _price_of(first: Plan, plans: Sequence[Plan]) -> str:
    """What the cheapest one would save."""
    cost = _reader("cost", "location")
    cheapest = min(plans, key=cost)
    if cheapest is first or cost(first) == UNKNOWN or cost(cheapest) in (0, UNKNOWN):
        return ""
    less = 1 - cost(cheapest) / cost(first)
    return f"; {called(cheapest)} costs {less:.0%} less" if less >= 0.005 else ""


def _ranges(name: str, account: str) -> Callable[[Plan], Range | None]:
    """The range of an objective; None where it is unknown."""
    readers: Mapping[str, Callable[[Plan], Range | None]] = {
        "carbon": lambda each: carbon(each, account),
        "cost": lambda each: each.impacts.cost_usd,
        "energy": lambda each: each.impacts.energy_wh,
        "water": lambda each: each.impacts.water_ml,
        "time": lambda each: each.hours,
    }
    return readers[name]


def _reader(name: str, account: str) -> Callable[[Plan], float]:
    """The expected value of an objective; what is unknown counts as the worst."""
    read = _ranges(name, account)

    def expected(each: Plan) -> float:
        found = read(each)
        return UNKNOWN if found is None else found.expected

    return expected


def _combined(space: Space, work: Workload, facts: Facts) -> Iterator[tuple[str, str, datetime | None]]:
    """Hardware x region x start, as far as the region's provider lets the hardware."""
    let = offers(facts)
    devices = tuple(subject_of(facts, name) for name in space.hardware)
    if not devices:
        devices = tuple(name for name in let if facts.get("hardware", name, PEAKS[work.precision]))
    regions = tuple(region_of(facts, name) for name in space.regions) or tuple(sorted(facts.zones))
    pairs = [(device, region) for device, region in product(devices, regions) if _is_let(let, device, region)]
    if not pairs:
        where = "; ".join(f"{name}: {', '.join(sorted(let.get(name, ())))}" for name in devices)
        raise ConfigError(f"none of this hardware is let in these regions ({where}): name other regions")
    for (device, region), start in product(pairs, space.starts):
        yield device, region, start


def _is_let(let: Mapping[str, frozenset[str]], device: str, region: str) -> bool:
    """Machines that the facts have no price for may stand anywhere: they are one's own."""
    provider = region.partition("/")[0] if "/" in region else ANY
    return device not in let or provider in let[device]


def _curve(space: Space, region: str) -> Curve | None:
    curves = space.curves or {}
    return curves.get(region, curves.get(""))
