"""A report of a span of time: totals, groups, trend, per unit, inventory lines, idle energy, and what it all rests on.

It adds up what was written down, through `stores/usage_sums.py`, and measures and prices nothing. It knows no format.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shoal.chat import Json
from shoal.impacts import METHOD, Impacts, Range
from shoal.metering.inventory import sci
from shoal.metering.report_lines import InventoryLine, inventory_lines
from shoal.stores.database import Database
from shoal.stores.idle_energy import IdleRow, SqlIdleEnergy
from shoal.stores.usage_lines import SUMMED
from shoal.stores.usage_sums import NONE, By, Span, Sums, grouped

QUANTITIES = tuple(SUMMED)
# A span of at most so many days has its trend by the hour.
FEW_DAYS_S = 2 * 86_400.0
SCI_BOUNDARY = (
    "consumer's boundary (operation): machines at work on requests, their share of the server, the building (PUE); "
    "without networks, callers' devices, idle machines (a line of their own) and training"
)
FORMULAS = {
    "sums": "the sum over every attempt of the span: answers, routers, guards, judges, retries and failed tries",
    "carbon_gco2e": "usage_gco2e (location-based) + embodied_gco2e",
    "usage_gco2e": "energy_wh x grid factor (gCO2e/kWh) / 1000, of each attempt",
    "sci": "((E x I) + M) / R: usage_gco2e (or marginal_gco2e) + embodied_gco2e, over the number of units",
    "ranges": "low with low, high with high",
    "more": "docs/methodology/energy.md, docs/methodology/reports.md; shoal usage --explain EXCHANGE_ID",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """Carbon per functional unit (ISO/IEC 21031, and SCI for AI): `units` of them; gCO2e per unit with the average and
    with the marginal intensity, None where anything is unknown; then only `at_least`, of what is known, may be said."""

    unit: str
    units: float
    gco2e: Range | None
    marginal_gco2e: Range | None
    at_least_gco2e: float

    def to_wire(self) -> Json:
        """The JSON form."""
        ranges = {"gco2e": self.gco2e, "marginal_gco2e": self.marginal_gco2e}
        wire = {name: None if each is None else each.to_wire() for name, each in ranges.items()}
        return {"unit": self.unit, "units": self.units, **wire, "at_least_gco2e": float(f"{self.at_least_gco2e:.6g}")}


@dataclass(frozen=True, slots=True)
class Factor:
    """What attempts rest on: the version of the facts, the method and the zone of the grid; how many attempts."""

    facts: str
    method: str
    zone: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a span. `trend` is by `trend_by`, and `by_model` the same for each (time, model)."""

    span: Span
    by: By
    groups: list[Sums]
    total: Sums
    rates: list[Rate]
    trend_by: By
    trend: list[Sums]
    by_model: dict[tuple[str, ...], Sums]
    lines: list[InventoryLine]
    idle: list[IdleRow]
    factors: list[Factor]

    def to_wire(self) -> Json:
        """The JSON form."""
        return {
            "from": moment(self.span.begin),
            "to": moment(self.span.end),
            "tenant": self.span.tenant,
            "by": self.by,
            "total": self.total.to_wire(QUANTITIES),
            "groups": [each.to_wire(QUANTITIES) for each in self.groups],
            "per_unit": [each.to_wire() for each in self.rates],
            "trend_by": self.trend_by,
            "trend": [each.to_wire(QUANTITIES) for each in self.trend],
            "inventory": [each.to_wire() for each in self.lines],
            "idle": self.idle_wire(),
            "factors": [{name: getattr(each, name) for name in Factor.__slots__} for each in self.factors],
            "method": METHOD,
            "boundary": SCI_BOUNDARY,
            "formulas": FORMULAS,
        }

    def idle_wire(self) -> Json:
        """Idle energy of the machines whose counters are read; None where no counter was read in the span."""
        found = idle_total(self.idle)
        ranges = {name: getattr(found, name, None) for name in ("energy_wh", "usage_gco2e", "market_gco2e", "water_ml")}
        return {
            "hours": len(self.idle),
            "seconds": sum(each.seconds for each in self.idle),
            "lost_s": sum(each.lost_s for each in self.idle),
            **{name: None if each is None else each.to_wire() for name, each in ranges.items()},
        }


def make_report(database: Database, span: Span, by: By, own: Collection[str]) -> Report:
    """Adds the span up. `own` are the hosts whose machines one runs oneself ("embedded" for this process)."""
    trend_by: By = "hour" if span.end - span.begin <= FEW_DAYS_S else "day"
    by_model = grouped(database, (trend_by, "model"), span)
    trend, total = _trend(by_model), Sums("total")
    for each in trend:
        total.add(each)
    if by == trend_by:
        groups = trend
    else:
        alone = by == "tenant" and span.tenant is not None
        groups = [total] if alone else _named(grouped(database, (by,), span))
    of_hosts = grouped(database, ("host", "facts", "method", "zone"), span)
    idle = SqlIdleEnergy(database).between(span.begin, span.end) if span.tenant is None else []
    return Report(
        span,
        by,
        groups,
        total,
        rates(total),
        trend_by,
        trend,
        by_model,
        inventory_lines(of_hosts, idle, own),
        idle,
        _factors(of_hosts),
    )


def rates(sums: Sums) -> list[Rate]:
    """Per request and per 1000 tokens, input and output together."""
    tokens = (sums.tokens["prompt_tokens"] + sums.tokens["completion_tokens"]) / 1000
    impacts = impacts_of(sums)
    carbon = sums.known.get("carbon_gco2e")
    least = carbon.low if carbon is not None else 0.0
    return [
        Rate(unit, units, sci(impacts, units), sci(impacts, units, marginal=True), least / units)
        for unit, units in (("request", float(sums.exchanges)), ("1000 tokens", tokens))
        if units > 0
    ]


def impacts_of(sums: Sums) -> Impacts:
    """The sums as impacts: what is not known of every attempt is unknown."""
    whole = {name: found for name, found in sums.known.items() if not sums.unknown[name]}
    known: dict[str, Any] = {name: found for name, found in whole.items() if name != "carbon_gco2e"}
    return Impacts(**known)


def idle_total(rows: Iterable[IdleRow]) -> Impacts | None:
    """What the machines drew beside all requests."""
    found = list(rows)
    if not found:
        return None
    total = found[0].impacts
    for each in found[1:]:
        total = total + each.impacts
    return total


def moment(time: float) -> str:
    """A time as ISO 8601, in UTC."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _named(found: dict[tuple[str, ...], Sums]) -> list[Sums]:
    return [sums for _, sums in sorted(found.items())]


def _trend(by_model: dict[tuple[str, ...], Sums]) -> list[Sums]:
    """The days or hours with all their models; an exchange counts once there, where its first attempt is."""
    found: dict[str, Sums] = {}
    for (time, _), sums in by_model.items():
        found.setdefault(time, Sums(time)).add(sums)
    return [sums for _, sums in sorted(found.items())]


def _factors(found: dict[tuple[str, ...], Sums]) -> list[Factor]:
    counted: dict[tuple[str, str, str], int] = {}
    for (_, facts, method, zone), sums in found.items():
        if sums.attempts:
            counted[facts, method, zone] = counted.get((facts, method, zone), 0) + sums.attempts
    return [Factor(*names, attempts) for names, attempts in sorted(counted.items()) if names[0] != NONE]
