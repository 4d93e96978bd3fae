"""Workings: the formula of each figure of one attempt with the numbers that were put into it, for the expected values.

They are worked out from the facts and the model's settings, beside the meters and not through them, so that a reader
with a pocket calculator finds what the meters found. docs/methodology/energy.md explains the formulas.
"""

from __future__ import annotations

from shoal.call import Attempt
from shoal.facts.sites import find_site
from shoal.facts.tables import Facts
from shoal.impacts import Impacts, Tier
from shoal.metering.estimator import Estimator
from shoal.metering.meter import Metered
from shoal.metering.metering import place_of
from shoal.metering.place import Place, mix, place
from shoal.metering.workings_machines import Cpu, Gpu, Kind, Machine, Remote, number


def workings(model: Metered, facts: Facts, estimator: Estimator, attempt: Attempt, known: Impacts) -> dict[str, str]:
    """By quantity, arithmetic (of Python) that gives the expected value, for those that are `known`."""
    kind = _kind(model, facts, estimator, counted=attempt.measured_j is not None)
    machine = kind.machine(attempt)
    found: dict[str, str | None] = {"cost_usd": kind.cost(attempt, machine)}
    if machine is not None and kind.where is not None:
        found |= _there(model, facts, kind.where, machine)
    return {name: text for name, text in found.items() if text is not None and getattr(known, name) is not None}


def _kind(model: Metered, facts: Facts, estimator: Estimator, *, counted: bool) -> Kind:
    """As `metering.build` chooses the meter."""
    if model.kind == "embedded" or (counted and model.counters and model.hardware is None):
        return Cpu(model, facts, place_of(model, facts))
    if counted and model.counters:
        return Gpu(model, facts, place_of(model, facts), Tier.MODELLED)
    if model.kind == "remote" and model.provider is not None:
        rates = estimator.rates(model.provider, model.upstream or model.name)
        if rates is not None:
            return Remote(model, facts, place(facts, model.region or rates.zone, pue=1.0, wue=model.wue), rates)
    if model.params_b is None:
        return Kind(model, facts, None)
    modelled = model.kind == "served" and model.hardware is not None
    return Gpu(model, facts, place_of(model, facts), Tier.MODELLED if modelled else Tier.ESTIMATED)


def _there(model: Metered, facts: Facts, where: Place, machine: Machine) -> dict[str, str | None]:
    """What the machines' energy means where they are."""
    it_wh, pue, grid = f"({machine.it_wh})", number(where.energy.expected), where.grid
    found: dict[str, str | None] = {"energy_wh": f"{it_wh} * {pue}", "embodied_gco2e": machine.embodied}
    for name, fact in (("usage", grid.average), ("market", grid.market), ("marginal", grid.marginal)):
        if fact is not None:
            found[f"{name}_gco2e"] = f"{it_wh} * {pue} * {number(fact.value)} / 1000"
    water, materials = mix(facts, grid.zone, "water"), mix(facts, grid.zone, "materials")
    if water is not None:
        on_site = find_site(facts, grid.name).wue.value if model.wue is None else model.wue
        found["water_ml"] = f"{it_wh} * ({number(on_site)} + {pue} * {number(water.value)})"
    if materials is not None:
        found["materials_gsbeq"] = f"{it_wh} * {pue} * {number(materials.value)} + {machine.materials}"
    return found
