"""Training: what one run takes on one kind of machine, in one place, from one start on. It compares nothing.

Every formula stands in docs/methodology/training.md with its units, source and a worked case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shoal.errors import ConfigError
from shoal.facts.tables import Facts
from shoal.impacts import Impacts, Range
from shoal.planning.curve import Curve
from shoal.planning.machine import Machine, find_machine, rent_usd
from shoal.planning.memory import PER_SERVER, Memory, memory
from shoal.planning.place import Place, find_place
from shoal.planning.workload import Workload, flops

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24.0
G_PER_KG = 1e3
MOST_DEVICES = 1e12


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user fixes instead of the facts: `devices` (None: as many as end within `within_days`), `mfu`, `pue`,
    USD per device and hour, and the energy of all other runs over that of this one."""

    devices: int | None = None
    within_days: float = 30.0
    mfu: Range | None = None
    pue: float | None = None
    usd_per_h: float | None = None
    experiments: Range | None = None

    def __post_init__(self) -> None:
        if self.devices is not None and self.devices < 1:
            raise ConfigError("a run needs one device at least: give --devices 1 or more")
        if not 0 < self.within_days < math.inf:
            raise ConfigError("the days to train within must be above 0")
        if self.usd_per_h is not None and not 0 <= self.usd_per_h < math.inf:
            raise ConfigError("the price of a device hour (--price) is 0 or more")
        if self.mfu is not None and not 0 < self.mfu.low <= self.mfu.high <= 1:
            raise ConfigError("the share of peak that is reached (--mfu) lies above 0 and at 1 at most")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run takes. `hours` on the wall with so many `devices`; `impacts` of the final run alone; `others` those of
    failed and exploratory runs, never in it. `curve_share` is the part of the run whose hours have an intensity of
    their own; None where none were given."""

    machine: Machine
    place: Place
    start: datetime | None
    devices: int
    memory: Memory
    flops: Range
    mfu: Range
    device_hours: Range
    hours: Range
    impacts: Impacts
    others: Impacts
    curve_share: float | None

    @property
    def fits(self) -> bool:
        """Whether the run fits on its devices."""
        return self.memory.fits(self.devices)

    def to_wire(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "hardware": self.machine.name,
            "region": self.place.grid.name,
            "start": None if self.start is None else self.start.isoformat(),
            "devices": self.devices,
            "fits": self.fits,
            "memory": self.memory.to_wire(),
            "flops": self.flops.to_wire(),
            "mfu": self.mfu.to_wire(),
            "power_w_per_device": self.machine.power_w.to_wire(),
            "power_published_for_systems": self.machine.measured,
            "pue": self.place.pue.to_wire(),
            "device_hours": self.device_hours.to_wire(),
            "wall_clock_h": self.hours.to_wire(),
            "impacts": self.impacts.to_wire(),
            "other_runs_not_included": self.others.to_wire(),
            "intensity_from_curve_share": self.curve_share,
        }


def plan(
    work: Workload,
    hardware: str,
    region: str | None,
    facts: Facts,
    terms: Terms | None = None,
    start: datetime | None = None,
    curve: Curve | None = None,
) -> Plan:
    """One run. `curve` is the intensity of the region's electricity over time; hours outside it have the year's mean.

    Raises ConfigError for what the facts do not know, naming the nearest, and for what fits nowhere.
    """
    fixed = terms or Terms()
    machine = find_machine(facts, hardware, work.precision)
    place = find_place(facts, region, fixed.pue)
    mfu = fixed.mfu or machine.mfu
    needed = flops(work, facts)
    device_hours = (needed * mfu.inverse()).scaled(1 / (machine.peak * SECONDS_PER_HOUR))
    held = memory(work, machine.memory_gb, facts)
    devices = fixed.devices or enough(device_hours.expected, held.fewest, fixed.within_days)
    hours = device_hours.scaled(1 / devices)
    place, share = _in_time(place, start, hours.expected, curve)
    impacts = _impacts(machine, place, device_hours, _price(facts, machine, place, fixed))
    if math.inf in (hours.high, *impacts.ends):
        raise ConfigError("these figures are too large to be added up: check what was given for the run and its terms")
    factor = fixed.experiments or Range.of(facts.find("training", "any", "experiments"))
    return Plan(
        machine, place, start, devices, held, needed, mfu, device_hours, hours, impacts, times(impacts, factor), share
    )


def enough(device_hours: float, fewest: int, within_days: float) -> int:
    """Devices that hold the run and end it in time; whole servers where one does not do. Raises ConfigError where
    there can be no such number."""
    in_time = device_hours / HOURS_PER_DAY / within_days
    if not in_time <= MOST_DEVICES:
        raise ConfigError(
            f"to end within {within_days:g} days the run would take more than {MOST_DEVICES:g} devices: check its "
            "parameters, tokens, --epochs and --mfu, or give it more days with --within"
        )
    needed = max(fewest, math.ceil(in_time))
    return needed if needed <= PER_SERVER else PER_SERVER * math.ceil(needed / PER_SERVER)


def times(impacts: Impacts, factor: Range) -> Impacts:
    """All quantities times a factor; what is unknown stays so."""

    def each(value: Range | None) -> Range | None:
        return None if value is None else value * factor

    return Impacts(
        each(impacts.energy_wh),
        each(impacts.usage_gco2e),
        each(impacts.embodied_gco2e),
        each(impacts.market_gco2e),
        each(impacts.marginal_gco2e),
        each(impacts.water_ml),
        each(impacts.materials_gsbeq),
        each(impacts.cost_usd),
        impacts.tier,
        impacts.bases,
    )


def _impacts(machine: Machine, place: Place, device_hours: Range, usd_per_h: Range | None) -> Impacts:
    life = machine.life_h.inverse().scaled(G_PER_KG)
    return place.impacts(
        device_hours * machine.power_w,
        device_hours * machine.embodied_kg * life,
        device_hours * machine.materials_kgsbeq * life,
        None if usd_per_h is None else device_hours * usd_per_h,
    )


def _price(facts: Facts, machine: Machine, place: Place, terms: Terms) -> Range | None:
    if terms.usd_per_h is not None:
        return Range.exactly(terms.usd_per_h)
    return rent_usd(facts, machine.name, place.provider)


def _in_time(place: Place, start: datetime | None, hours: float, curve: Curve | None) -> tuple[Place, float | None]:
    """The place with the mean intensity of the hours of the run, the year's where the curve ends."""
    if curve is None or start is None:
        return place, None
    mean, share = curve.covered(start, hours)
    if mean is None:
        return place, 0.0
    return place.with_average(share * mean + (1 - share) * place.average.expected), share
