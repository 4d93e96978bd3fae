"""How `shoal plan train` shows its options: one in full, a table, notes and JSON. It works nothing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from shoal.cli.output import say, table

if TYPE_CHECKING:
    from shoal.facts.tables import Facts
    from shoal.impacts import Impacts, Range
    from shoal.planning.options import Options, Space
    from shoal.planning.train import Plan
    from shoal.planning.workload import Workload


class Units(NamedTuple):
    """What figures are shown in: `factor` Wh, g and mL make one of each unit, `day` hours one of `time`."""

    factor: float
    energy: str
    carbon: str
    water: str
    day: float
    time: str


LARGE = Units(1e6, "MWh", "tCO2e", "m3", 24.0, "days")
SMALL = Units(1e3, "kWh", "kgCO2e", "L", 1.0, "hours")


def units_for(plan: Plan) -> Units:
    """Small units for runs below a MWh."""
    energy = plan.impacts.energy_wh
    return SMALL if energy is not None and energy.expected < LARGE.factor else LARGE


def show(found: Options, every: bool, account: str) -> None:
    """The first option in full, the table of the front (of all where `every`), and why the first is first."""
    first = found.first
    units = units_for(first)
    for name, value in _lines(first, units):
        say(f"{name:<18}{value}")
    say("")
    columns = ("hardware", "region", "start", "devices", units.time, units.energy, units.carbon, "embodied")
    rows = [_row(each, account, units) for each in (found.every if every else found.front)]
    table((*columns, f"{units.water} water", "USD"), rows)
    say("")
    say(found.why)


def _lines(plan: Plan, units: Units) -> list[tuple[str, str]]:
    """The first option in full."""
    from shoal.planning.options import called

    impacts, held, scale = plan.impacts, plan.memory, units.factor
    return [
        ("first", called(plan)),
        ("FLOP", said(plan.flops)),
        ("MFU", said(plan.mfu)),
        ("device hours", said(plan.device_hours)),
        ("devices", f"{plan.devices}, at least {held.fewest} hold it ({held.states_gb:,.4g} GB of states)"),
        (units.time, said(plan.hours, units.day)),
        ("power", f"{said(plan.machine.power_w)} W per device x PUE {said(plan.place.pue)}"),
        ("energy", said(impacts.energy_wh, scale, units.energy)),
        ("carbon, location", said(impacts.usage_gco2e, scale, units.carbon)),
        ("carbon, market", said(impacts.market_gco2e, scale, units.carbon)),
        ("carbon, marginal", said(impacts.marginal_gco2e, scale, units.carbon)),
        ("embodied", said(impacts.embodied_gco2e, scale, units.carbon)),
        ("water", said(impacts.water_ml, scale, units.water)),
        ("cost", said(impacts.cost_usd, unit="USD")),
        ("not included", f"other runs: {_others(plan.others, units)}"),
    ]


def _others(other: Impacts, units: Units) -> str:
    carbon = said(other.usage_gco2e, units.factor, units.carbon)
    return f"{said(other.energy_wh, units.factor, units.energy)}, {carbon}"


def _row(plan: Plan, account: str, units: Units) -> tuple[object, ...]:
    from shoal.planning.options import ACCOUNTS

    impacts = plan.impacts
    usage: Range | None = getattr(impacts, ACCOUNTS[account])
    return (
        plan.machine.name,
        plan.place.grid.name,
        "any" if plan.start is None else plan.start.isoformat(timespec="minutes"),
        plan.devices if plan.fits else f"{plan.devices}: too few",
        said(plan.hours, units.day),
        said(impacts.energy_wh, units.factor),
        said(usage, units.factor),
        said(impacts.embodied_gco2e, units.factor),
        said(impacts.water_ml, units.factor),
        said(impacts.cost_usd),
    )


def said(value: Range | None, factor: float = 1.0, unit: str = "") -> str:
    """A range for people, over `factor`: three digits, its ends where it has some."""
    if value is None:
        return "unknown"
    low, expected, high = (_digits(each / factor) for each in (value.low, value.expected, value.high))
    whole = expected if value.low == value.high else f"{expected} ({low} to {high})"
    return f"{whole} {unit}" if unit else whole


def _digits(value: float) -> str:
    """Three significant digits, without an exponent where a person would write none."""
    if value == 0 or not 1e-3 <= abs(value) < 1e12:
        return f"{value:.3g}"
    return f"{float(f'{value:.3g}'):,.10g}"


def notes_on(work: Workload, space: Space, found: Options, facts: Facts) -> list[str]:
    """What must be known beside the figures."""
    from shoal.planning.curve import past

    useful = facts.find("training", "any", "useful_epochs").value
    first = found.first
    notes = [
        (f"more than {useful:g} passes over the same data are worth ever less", work.epochs > useful),
        ("the attention is not counted: give --context", work.context is None),
        (
            "a start makes a difference only where --intensity gives the hours: these are means of the year",
            space.starts != (None,) and not space.curves,
        ),
        (
            f"{first.curve_share or 0:.0%} of the run's hours have an intensity of their own, the rest the year's mean",
            first.curve_share is not None and first.curve_share < 1,
        ),
        (f"the power of {first.machine.name} is estimated, not published", not first.machine.measured),
    ]
    gone = past(space.starts)
    return [*_left_out(space, found, facts), *(text for text, holds in notes if holds), *([gone] if gone else [])]


def _left_out(space: Space, found: Options, facts: Facts) -> list[str]:
    """Names that were asked for and are in no option, since no provider lets that hardware there."""
    from shoal.facts.grid import subject_of as region_of
    from shoal.planning.machine import subject_of

    machines, places = {each.machine.name for each in found.every}, {each.place.grid.name for each in found.every}
    names = [name for name in space.hardware if subject_of(facts, name) not in machines]
    names += [name for name in space.regions if region_of(facts, name) not in places]
    return [f"not compared, since it is not let there: {', '.join(names)}"] if names else []


def to_wire(found: Options, every: bool, notes: list[str], version: str) -> dict[str, Any]:
    """The JSON form."""
    wire: dict[str, Any] = {
        "first": found.first.to_wire(),
        "why": found.why,
        "front": [each.to_wire() for each in found.front],
        "compared": len(found.every),
        "notes": notes,
        "facts": version,
    }
    return wire | ({"options": [each.to_wire() for each in found.every]} if every else {})
