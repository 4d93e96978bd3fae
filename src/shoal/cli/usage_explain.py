"""`shoal usage --explain`: the rows of one exchange, with the factors and the formula behind each figure.

It reads what was written down and works out again only what the row itself suffices for; the constants of a formula
are rows of the facts (`shoal facts show`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shoal.cli.output import say
from shoal.impacts import Range, Tier
from shoal.metering.inventory import HERE
from shoal.stores.ledger import ENDS, QUANTITIES
from shoal.stores.usage_rows import Rows

PAGE = "docs/methodology/energy.md"
ENERGY = {
    "measured": ("joules of the machines from counters, by this attempt's share, / 3600 x PUE", "measured-energy"),
    "embedded": ("CPU seconds x W of a busy virtual CPU / 3600 x PUE", "embedded-models"),
    "modelled": (
        "(((a + b P) / B + c + d P + e max(C - 400, 0)) x output tokens + reading) / 3600 x host x PUE",
        "models-on-accelerators",
    ),
    "waited": ("from 0 to a busy share of the machine for latency_s: nothing came", "tries-that-failed"),
    "cut": (
        "as for models on accelerators, with 1 (0.5 to 4) output tokens for each of the pieces: the host counted none",
        "tries-that-failed",
    ),
    "estimated": ("EcoLogits' figure, its range 3 times wider; or the fit, on an H100", "remote-services"),
    "unknown": ("unknown: nothing is known of the model's machines or its size", "three-tiers"),
}
FORMULAS = {
    "usage_gco2e": ("energy_wh x grid_gco2e_per_kwh / 1000", "carbon"),
    "embodied_gco2e": ("seconds / B x kg of the hardware x 1000 / (lifetime x share in use)", "carbon"),
    "market_gco2e": ("energy_wh x market-based gCO2e/kWh / 1000", "carbon"),
    "marginal_gco2e": ("energy_wh x marginal gCO2e/kWh / 1000", "carbon"),
    "water_ml": ("Wh of the machines x (WUE + PUE x water of the electricity)", "water"),
    "materials_gsbeq": ("kWh x the electricity's part + the hardware's, spread like embodied carbon", "raw-materials"),
    "cost_usd": ("((prompt - cached) x input + cached x cached price + output x output price) / 1e6", "cost"),
}
FACTORS = ("tier", "facts", "method", "zone", "grid_gco2e_per_kwh", "concurrency", "measured_j")
USED = ("pieces", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "latency_s", "cpu_s")


def to_wire(rows: Rows) -> dict[str, Any]:
    """The JSON form."""
    impacts = rows.exchange["impacts"]
    return {
        "exchange": {name: value for name, value in rows.exchange.items() if name != "impacts"},
        "attempts": [
            {
                **{name: attempt[name] for name in ("position", "model", "host", "purpose", "outcome", "retry")},
                **{name: attempt[name] for name in (*USED, *FACTORS)},
                "figures": [figure(attempt, name) for name in QUANTITIES],
            }
            for attempt in rows.attempts
        ],
        "bases": impacts["bases"] if impacts else [],
        "corrections": rows.corrections,
    }


def figure(attempt: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One quantity of an attempt, its formula, and where that is explained."""
    found = _range(attempt, name)
    formula, anchor = ENERGY[kind_of(attempt)] if name == "energy_wh" else FORMULAS[name]
    wire: dict[str, Any] = {"name": name, "value": None if found is None else found.to_wire()}
    wire |= {"formula": formula, "explained": f"{PAGE}#{anchor}"}
    if name == "usage_gco2e" and found is not None and attempt["grid_gco2e_per_kwh"] is not None:
        grid = attempt["grid_gco2e_per_kwh"]
        wire["worked"] = (
            f"{attempt['energy_wh']:.6g} Wh x {grid:g} g/kWh / 1000 = {attempt['energy_wh'] * grid / 1000:.6g} g"
        )
    return wire


def kind_of(attempt: Mapping[str, Any]) -> str:
    """Which of the formulas of energy is this attempt's."""
    if attempt["energy_wh"] is None:
        return "unknown"
    if attempt["tier"] != Tier.MODELLED:
        return str(attempt["tier"])
    if attempt["host"] in HERE:
        return "embedded"
    if attempt["completion_tokens"]:
        return "modelled"
    return "cut" if attempt["pieces"] else "waited"


def explain(rows: Rows) -> None:
    """Says all that for people."""
    for line in lines(rows):
        say(line)


def lines(rows: Rows) -> Iterator[str]:
    """The explanation, line by line."""
    exchange = rows.exchange
    yield f"exchange {exchange['id']}: asked {exchange['asked']}, answer of {exchange['model']}, {exchange['outcome']}"
    for attempt in rows.attempts:
        of = (attempt[name] for name in ("model", "host", "purpose", "outcome"))
        yield f"attempt {attempt['position']}: {', '.join(of)}"
        yield "  " + ", ".join(f"{name} {attempt[name]:g}" for name in USED if attempt[name])
        yield "  " + ", ".join(f"{name} {attempt[name]}" for name in FACTORS if attempt[name] is not None)
        for each in (figure(attempt, name) for name in QUANTITIES):
            yield from _figure(each)
    for basis in (exchange["impacts"] or {}).get("bases", ()):
        factor = basis["factor"]
        yield f"boundary: {basis['boundary']}"
        yield f"grid: {factor['zone']}, {factor['gco2e_per_kwh']:g} gCO2e/kWh, {factor['source']}, {factor['year']}"
    for correction in rows.corrections:
        yield f"corrected ({correction['revision']}): {correction['cause']}; before: {correction['was']}"
    yield f"A sum is that over its attempts, low with low and high with high. Formulas with their units: {PAGE}"


def _figure(each: Mapping[str, Any]) -> Iterator[str]:
    value = each["value"]
    said = "unknown" if value is None else f"{value['expected']:g} ({value['low']:g} to {value['high']:g})"
    yield f"  {each['name']} = {said}"
    yield f"    {each.get('worked') or each['formula']}"


def _range(attempt: Mapping[str, Any], name: str) -> Range | None:
    low, expected, high = (attempt[end.format(name)] for end in ENDS)
    return None if expected is None else Range(low, expected, high)
