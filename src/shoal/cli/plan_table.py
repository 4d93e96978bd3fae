"""How `shoal plan train` shows its options: one in full, a table, notes and JSON. It works nothing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoal.cli.output import say, table

if TYPE_CHECKING:
    from shoal.facts.tables import Facts
    from shoal.impacts import Impacts, Range
    from shoal.planning.options import Options, Space
    from shoal.planning.train import Plan
    from shoal.planning.workload import Workload

COLUMNS = ("hardware", "region", "start", "devices", "days", "MWh", "tCO2e", "embodied", "m3 water", "USD")
G_PER_T, WH_PER_MWH, ML_PER_M3 = 1e6, 1e6, 1e6


def show(found: Options, every: bool, account: str) -> None:
    """The first option in full, the table of the front (of all where `every`), and why the first is first."""
    first = found.first
    for name, value in _lines(first):
        say(f"{name:<18}{value}")
    say("")
    table(COLUMNS, [_row(each, account) for each in (found.every if every else found.front)])
    say("")
    say(found.why)


def _lines(plan: Plan) -> list[tuple[str, str]]:
    """The first option in full."""
    impacts, other = plan.impacts, plan.others
    held = plan.memory
    days = plan.hours.scaled(1 / 24)
    return [
        ("first", f"{plan.machine.name} in {plan.place.grid.name}"),
        ("FLOP", said(plan.flops)),
        ("MFU", said(plan.mfu)),
        ("device hours", said(plan.device_hours)),
        ("devices", f"{plan.devices}, at least {held.fewest} hold it ({held.states_gb:,.4g} GB of states)"),
        ("days", said(days)),
        ("power", f"{said(plan.machine.power_w)} W per device x PUE {said(plan.place.pue)}"),
        ("energy", f"{said(impacts.energy_wh, WH_PER_MWH)} MWh"),
        ("carbon, location", f"{said(impacts.usage_gco2e, G_PER_T)} tCO2e"),
        ("carbon, market", f"{said(impacts.market_gco2e, G_PER_T)} tCO2e"),
        ("carbon, marginal", f"{said(impacts.marginal_gco2e, G_PER_T)} tCO2e"),
        ("embodied", f"{said(impacts.embodied_gco2e, G_PER_T)} tCO2e"),
        ("water", f"{said(impacts.water_ml, ML_PER_M3)} m3"),
        ("cost", f"{said(impacts.cost_usd)} USD"),
        ("not included", f"other runs: {_others(other)}"),
    ]


def _others(other: Impacts) -> str:
    return f"{said(other.energy_wh, WH_PER_MWH)} MWh, {said(other.usage_gco2e, G_PER_T)} tCO2e"


def _row(plan: Plan, account: str) -> tuple[object, ...]:
    from shoal.planning.options import ACCOUNTS

    impacts = plan.impacts
    usage: Range | None = getattr(impacts, ACCOUNTS[account])
    return (
        plan.machine.name,
        plan.place.grid.name,
        "any" if plan.start is None else plan.start.isoformat(timespec="minutes"),
        plan.devices if plan.fits else f"{plan.devices}: too few",
        said(plan.hours.scaled(1 / 24)),
        said(impacts.energy_wh, WH_PER_MWH),
        said(usage, G_PER_T),
        said(impacts.embodied_gco2e, G_PER_T),
        said(impacts.water_ml, ML_PER_M3),
        said(impacts.cost_usd),
    )


def said(value: Range | None, unit: float = 1.0) -> str:
    """A range for people: three digits, its ends where it has some."""
    if value is None:
        return "unknown"
    low, expected, high = (_digits(each / unit) for each in (value.low, value.expected, value.high))
    return expected if value.low == value.high else f"{expected} ({low} to {high})"


def _digits(value: float) -> str:
    """Three significant digits, without an exponent where a person would write none."""
    if value == 0 or not 1e-3 <= abs(value) < 1e12:
        return f"{value:.3g}"
    return f"{float(f'{value:.3g}'):,.10g}"


def notes_on(work: Workload, space: Space, found: Options, facts: Facts) -> list[str]:
    """What must be known beside the figures."""
    useful = facts.find("training", "any", "useful_epochs").value
    first = found.first
    notes = [
        ("the base's own training is not counted", work.method != "full"),
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
    return [text for text, holds in notes if holds]


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
