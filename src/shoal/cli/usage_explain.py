"""`shoal usage --explain`: the rows of one exchange, with the settings, figures and formulas behind each number.

Every attempt is computed again from the version of the factors that it names, and compared with what was written down;
what this Shoal's own settings are now does not matter. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose
from typing import Any

from shoal.cli.output import say
from shoal.errors import ConfigError
from shoal.impacts import METHOD, RANGES, Range, Tier
from shoal.metering.factor_version import Restored, restored
from shoal.metering.inventory import HERE
from shoal.metering.recomputed import Recomputed, recompute
from shoal.stores.database import Database
from shoal.stores.factor_versions import SqlFactorVersions
from shoal.stores.ledger import ENDS, QUANTITIES
from shoal.stores.usage_rows import Rows, attempt_of

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
        "as for models on accelerators, with 1 (0.5 to 4) output tokens for each that was guessed",
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
# What was written to and read from the database may differ in the last digit of a sum, no further.
DIGITS = 1e-12


def recompute_all(database: Database, rows: Rows) -> dict[int, Recomputed]:
    """The attempts computed again, by position; those are missing whose factors were not kept, or cannot be used by
    this Shoal."""
    store, kept = SqlFactorVersions(database), dict[str, Restored | None]()
    for name in {attempt["facts"] for attempt in rows.attempts if attempt["facts"] is not None}:
        version = store.get(name)
        try:
            kept[name] = None if version is None else restored(version)
        except (ConfigError, LookupError, TypeError):  # of another Shoal, which read other figures
            kept[name] = None
    then = ((attempt, kept.get(attempt["facts"])) for attempt in rows.attempts)
    return {row["position"]: recompute(attempt_of(row), version) for row, version in then if version is not None}


def to_wire(rows: Rows, again: Mapping[int, Recomputed]) -> dict[str, Any]:
    """The JSON form. `agrees` is null where nothing could be computed again."""
    impacts = rows.exchange["impacts"]
    attempts = [_attempt(attempt, again.get(attempt["position"])) for attempt in rows.attempts]
    agree = [figure["agrees"] for attempt in attempts for figure in attempt["figures"]]
    return {
        "exchange": {name: value for name, value in rows.exchange.items() if name != "impacts"},
        "attempts": attempts,
        "sums_agree": _sums_agree(rows),
        "agrees": None if None in agree or not agree else all(agree),
        "bases": impacts["bases"] if impacts else [],
        "corrections": rows.corrections,
    }


def _attempt(attempt: Mapping[str, Any], again: Recomputed | None) -> dict[str, Any]:
    wire = {name: attempt[name] for name in ("position", "model", "host", "purpose", "outcome", "retry")}
    wire |= {name: attempt[name] for name in (*USED, *FACTORS)} | {"estimated": bool(attempt["estimated"])}
    wire["settings"] = None if again is None else again.settings
    wire["figures"] = [figure(attempt, name, again) for name in QUANTITIES]
    wire["rests_on"] = [] if again is None else [{"topic": topic, **_fact(fact)} for topic, fact in again.figures]
    return wire


def _fact(fact: Any) -> dict[str, Any]:
    ends = {"low": fact.low, "value": fact.value, "high": fact.high}
    of = {"subject": fact.subject, "figure": fact.quantity, "unit": fact.unit, "year": fact.year}
    return of | ends | {"source": fact.source.title, "where": fact.source.where}


def figure(attempt: Mapping[str, Any], name: str, again: Recomputed | None = None) -> dict[str, Any]:
    """One quantity of an attempt, its formula, where that is explained, and what comes out when it is computed again:
    `worked` for the expected value, `worked_low` and `worked_high` where they are others, `agrees` for all three."""
    found = _range(attempt, name)
    formula, anchor = ENERGY[kind_of(attempt)] if name == "energy_wh" else FORMULAS[name]
    wire: dict[str, Any] = {"name": name, "value": None if found is None else found.to_wire()}
    wire |= {"formula": formula, "explained": f"{PAGE}#{anchor}", "again": None, "agrees": None}
    if again is not None:
        value: Range | None = getattr(again.impacts, name)
        wire |= {"again": None if value is None else value.to_wire(), "agrees": _same(found, value)}
        if value is not None:
            wire |= _worked(name, value, again)
    elif name == "usage_gco2e" and found is not None and attempt["grid_gco2e_per_kwh"] is not None:
        wh, grid = attempt["energy_wh"], attempt["grid_gco2e_per_kwh"]
        wire["worked"] = f"{wh:.6g} Wh x {grid:g} g/kWh / 1000 = {wh * grid / 1000:.6g} g"
    return wire


def _worked(name: str, value: Range, again: Recomputed) -> dict[str, str]:
    """The arithmetic with its numbers, of each end."""
    said = {
        end: f"{texts[name].replace(' * ', ' x ')} = {getattr(value, end):g}"
        for end, texts in again.worked.items()
        if name in texts and (end == "expected" or value.low < value.high)
    }
    return {"worked" if end == "expected" else f"worked_{end}": text for end, text in said.items()}


def _same(one: Range | None, other: Range | None) -> bool:
    if one is None or other is None:
        return one is other
    pairs = ((one.low, other.low), (one.expected, other.expected), (one.high, other.high))
    return all(isclose(*pair, rel_tol=DIGITS, abs_tol=0) for pair in pairs)


def _sums_agree(rows: Rows) -> bool | None:
    """Whether the exchange's own figures are the sums over its attempts, low with low and high with high."""
    whole = rows.exchange["impacts"]
    if whole is None or not rows.attempts:
        return None
    return all(_same(_summed(rows, name), Range(*whole[name]) if whole[name] else None) for name in RANGES)


def _summed(rows: Rows, name: str) -> Range | None:
    parts = [_range(attempt, name) for attempt in rows.attempts]
    known = [(part.low, part.expected, part.high) for part in parts if part is not None]
    return Range(*map(sum, zip(*known, strict=True))) if len(known) == len(parts) else None


def kind_of(attempt: Mapping[str, Any]) -> str:
    """Which of the formulas of energy is this attempt's."""
    if attempt["energy_wh"] is None:
        return "unknown"
    if attempt["tier"] != Tier.MODELLED:
        return str(attempt["tier"])
    if attempt["host"] in HERE:
        return "embedded"
    if attempt["completion_tokens"]:
        return "cut" if attempt["estimated"] else "modelled"
    return "cut" if attempt["pieces"] else "waited"


def explain(wire: Mapping[str, Any]) -> None:
    """Says all that for people."""
    for line in lines(wire):
        say(line)


def lines(wire: Mapping[str, Any]) -> Iterator[str]:
    """The explanation, line by line."""
    exchange = wire["exchange"]
    yield f"exchange {exchange['id']}: asked {exchange['asked']}, answer of {exchange['model']}, {exchange['outcome']}"
    for attempt in wire["attempts"]:
        yield from _attempt_lines(attempt)
    for basis in wire["bases"]:
        factor = basis["factor"]
        yield f"boundary: {basis['boundary']}"
        yield f"grid: {factor['zone']}, {factor['gco2e_per_kwh']:g} gCO2e/kWh, {factor['source']}, {factor['year']}"
    for correction in wire["corrections"]:
        yield f"corrected ({correction['revision']}): {correction['cause']}; before: {correction['was']}"
    if wire["sums_agree"] is False:
        yield "The exchange's own figures are not the sums of its attempts."
    yield f"A sum is that over its attempts, low with low and high with high. Formulas with their units: {PAGE}"


def _attempt_lines(attempt: Mapping[str, Any]) -> Iterator[str]:
    of = (attempt[name] for name in ("model", "host", "purpose", "outcome"))
    yield f"attempt {attempt['position']}: {', '.join(of)}"
    yield "  " + ", ".join(f"{name} {attempt[name]:g}" for name in USED if attempt[name])
    yield "  " + ", ".join(f"{name} {attempt[name]}" for name in FACTORS if attempt[name] is not None)
    if attempt["estimated"]:
        yield "  tokens are estimated: the host had not counted them"
    if attempt["settings"] is not None:
        yield "  settings then: " + ", ".join(f"{name} {_said(value)}" for name, value in attempt["settings"].items())
    elif attempt["facts"] is not None:
        yield f"  the factors {attempt['facts']} were not kept, or are another Shoal's: nothing is computed again"
    for each in attempt["figures"]:
        yield from _figure_lines(each, attempt["method"])
    for each in attempt["rests_on"]:
        spread = f" ({each['low']:g} to {each['high']:g})" if each["low"] < each["high"] else ""
        said = f"{each['value']:g} {each['unit']}{spread}, {each['year']}, {each['source']}"
        yield f"  {each['topic']} {each['subject']} {each['figure']}: {said}"


def _figure_lines(each: Mapping[str, Any], method: str | None) -> Iterator[str]:
    yield f"  {each['name']} = {_spread(each['value'])}"
    yield f"    {each['formula']}"
    if "worked" in each:
        yield f"    {each['worked']}"
    yield from (f"    {end}: {each[f'worked_{end}']}" for end in ("low", "high") if f"worked_{end}" in each)
    if each["agrees"]:
        yield "    computed again: the same"
    elif each["agrees"] is False:
        why = "" if method in (METHOD, None) else f" (written by {method}, this is {METHOD})"
        yield f"    computed again: {_spread(each['again'])}, which differs{why}"


def _spread(value: Mapping[str, float] | None) -> str:
    return "unknown" if value is None else f"{value['expected']:g} ({value['low']:g} to {value['high']:g})"


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_said(each)}" for name, each in value.items()) + ")"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(attempt: Mapping[str, Any], name: str) -> Range | None:
    low, expected, high = (attempt[end.format(name)] for end in ENDS)
    return None if expected is None else Range(low, expected, high)
