"""Workings: the formula of each figure of one attempt with the numbers that were put into it, at each end of its range.

They are worked out from the facts and the model's settings, beside the meters and not through them, so that a reader
with a pocket calculator finds what the meters found. docs/methodology/energy.md explains the formulas.
"""

from __future__ import annotations

from shoal.call import Attempt
from shoal.facts.fact import Fact
from shoal.facts.sites import find_site
from shoal.facts.tables import Facts
from shoal.impacts import Impacts, Range, Tier
from shoal.metering.estimator import Estimator
from shoal.metering.meter import Metered
from shoal.metering.metering import place_of
from shoal.metering.place import Place, mix, place
from shoal.metering.workings_machines import Cpu, End, Gpu, Kind, Machine, Remote, at, number


def workings(
    model: Metered, facts: Facts, estimator: Estimator, attempt: Attempt, known: Impacts, end: End = "expected"
) -> dict[str, str]:
    """By quantity, arithmetic (of Python) that gives that end of its range, for those that are `known`."""
    kind = _kind(model, facts, estimator, end, counted=attempt.measured_j is not None)
    machine = kind.machine(attempt)
    found: dict[str, str | None] = {"cost_usd": kind.cost(attempt, machine)}
    if machine is not None and kind.where is not None:
        found |= _there(model, facts, kind.where, machine, end)
    return {name: text for name, text in found.items() if text is not None and getattr(known, name) is not None}


def _kind(model: Metered, facts: Facts, estimator: Estimator, end: End, *, counted: bool) -> Kind:
    """As `metering.build` chooses the meter."""
    if model.kind == "embedded" or (counted and model.counters and model.hardware is None):
        return Cpu(model, facts, place_of(model, facts), end)
    if counted and model.counters:
        return Gpu(model, facts, place_of(model, facts), Tier.MODELLED, end)
    if model.kind == "remote" and model.provider is not None:
        rates = estimator.rates(model.provider, model.upstream or model.name)
        if rates is not None:
            return Remote(model, facts, place(facts, model.region or rates.zone, pue=1.0, wue=model.wue), rates, end)
    if model.params_b is None:
        return Kind(model, facts, None, end)
    modelled = model.kind == "served" and model.hardware is not None
    return Gpu(model, facts, place_of(model, facts), Tier.MODELLED if modelled else Tier.ESTIMATED, end)


def _there(model: Metered, facts: Facts, where: Place, machine: Machine, end: End) -> dict[str, str | None]:
    """What the machines' energy means where they are."""
    it_wh, pue, grid = f"({machine.it_wh})", number(at(where.energy, end)), where.grid
    found: dict[str, str | None] = {"energy_wh": f"{it_wh} * {pue}", "embodied_gco2e": machine.embodied}
    for name, fact in (("usage", grid.average), ("market", grid.market), ("marginal", grid.marginal)):
        if fact is not None:
            found[f"{name}_gco2e"] = f"{it_wh} * {pue} * {_end(fact, end)} / 1000"
    water, materials = mix(facts, grid.zone, "water"), mix(facts, grid.zone, "materials")
    if water is not None:
        on_site = _end(find_site(facts, grid.name).wue, end) if model.wue is None else number(model.wue)
        found["water_ml"] = f"{it_wh} * ({on_site} + {pue} * {_end(water, end)})"
    if materials is not None:
        found["materials_gsbeq"] = f"{it_wh} * {pue} * {_end(materials, end)} + {machine.materials}"
    return found


def _end(fact: Fact, end: End) -> str:
    """One end of a fact, as it is written into a formula."""
    return number(at(Range.of(fact), end))
