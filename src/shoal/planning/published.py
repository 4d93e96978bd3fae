"""Published: training runs as their makers published them, from the facts or from a file. It judges none of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from shoal.errors import ConfigError
from shoal.facts.fact import Fact
from shoal.facts.tables import Facts

# The names that a file of reference figures uses for what the facts call otherwise.
FILE_NAMES: Mapping[str, str] = {
    "params_b": "params_b",
    "tokens_b": "tokens_b",
    "devices": "devices",
    "days": "days",
    "device_hours": "device_hours",
    "avg_system_power_w": "device_w",
    "device_power_w": "device_w",
    "pue": "pue",
    "grid_kg_per_kwh_gross": "grid",
    "grid_kg_per_kwh_net": "grid_net",
    "energy_mwh": "energy_mwh",
    "energy_mwh_dynamic": "energy_mwh",
    "tco2e_gross": "tco2e",
    "tco2e_location": "tco2e",
    "tco2e_dynamic": "tco2e",
    "tco2e_net": "tco2e_net",
    "tco2e_market": "tco2e_net",
    "energy_mwh_idle": "idle_mwh",
    "tco2e_idle": "idle_tco2e",
    "tco2e_embodied": "embodied_tco2e",
    "tco2e_total": "total_tco2e",
    "tco2e_dynamic_with_pue_1_2": "whole_tco2e",
    "rel_tol": "tolerance",
}
# What the arithmetic may take from the facts where a file leaves it out: never what was published.
INPUTS = ("devices", "days", "device_hours", "device_w", "pue", "grid", "grid_net", "it_factor", "whole_pue")
FACTORS = ("pue", "grid", "it_factor")
MARK = "INCONSISTENT"


@dataclass(frozen=True, slots=True)
class Run:
    """A published run: its figures by name, as in the topic "run" of the facts. `source` is text for people; `inferred`
    says that its carbon factor was not published with it; `claims` are figures of a file that are no run."""

    name: str
    figures: Mapping[str, float]
    source: str
    inferred: bool = False
    claims: Mapping[str, float] = field(default_factory=dict)

    def get(self, name: str) -> float | None:
        """The figure; None where it was not published."""
        return self.figures.get(name)

    @property
    def known_inconsistent(self) -> bool:
        """Whether the published figure is known to be wrong."""
        return bool(self.figures.get("known_inconsistent"))


def shipped(facts: Facts) -> list[Run]:
    """The runs of the facts, in the order of their names."""
    return [_run(name, facts.about("run", name)) for name in facts.subjects("run")]


def find_run(facts: Facts, name: str) -> Run:
    """The run of a model, upper and lower case alike. Raises ConfigError that names the nearest."""
    by_name = {known.lower(): known for known in facts.subjects("run")}
    known = by_name.get(name.lower(), name)
    return _run(known, facts.about("run", known))


def read_runs(path: Path, facts: Facts) -> tuple[list[Run], list[str]]:
    """The runs of a file of reference figures ("training": objects with a "model"), and the names of what is in it
    besides. Factors that a row leaves out come from the facts, by the model's name. Raises ConfigError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read ({type(error).__name__}): give a JSON of published runs") from None
    rows = found.get("training") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{path}: there is no list 'training' in it")
    runs = [_with_factors(_row(row, f"{path}: row {at} of 'training'"), facts) for at, row in enumerate(rows, 1)]
    others = [
        str(row.get("what", f"row {at}"))
        for name, each in found.items()
        if name != "training" and isinstance(each, list)
        for at, row in enumerate(each, 1)
        if isinstance(row, dict)
    ]
    return runs, others


def _run(name: str, facts: list[Fact]) -> Run:
    sources = dict.fromkeys(fact.source.title for fact in facts)
    own = any(fact.source.checked == "own" for fact in facts if fact.quantity in FACTORS)
    return Run(name, {fact.quantity: fact.value for fact in facts}, "; ".join(sources), own)


def _row(row: object, where: str) -> Run:
    if not isinstance(row, dict) or not isinstance(row.get("model"), str):
        raise ConfigError(f"{where}: an object with a 'model' is needed")
    numbers = {name: value for name, value in row.items() if isinstance(value, int | float)}
    wrong = [name for name, value in numbers.items() if not 0 <= value < float("inf")]
    wrong += [name for name in FILE_NAMES if isinstance(row.get(name), str | bool | list | dict)]
    if wrong:
        raise ConfigError(f"{where}: '{wrong[0]}' is no figure")
    figures = {FILE_NAMES[name]: float(value) for name, value in numbers.items() if name in FILE_NAMES}
    if MARK in str(row.get("status", "")):
        figures["known_inconsistent"] = 1.0
    if "tco2e_dynamic_with_pue_1_2" in numbers:
        figures["whole_pue"] = 1.2
    claims = {name: float(value) for name, value in numbers.items() if name not in FILE_NAMES}
    return Run(row["model"], figures, str(row.get("source", "")), claims=claims)


def _with_factors(run: Run, facts: Facts) -> Run:
    """The run with the factors of the facts for what the row leaves out. A factor rounded to one digit, as in
    `implied_kg_per_it_kwh`, is none: it would be 12 % off."""
    if run.name not in facts.subjects("run"):
        return run
    same = _run(run.name, facts.about("run", run.name))
    known = same.figures
    hours = {"devices", "days", "device_hours"} & run.figures.keys()
    grid = {"grid", "it_factor"} & run.figures.keys()
    missing = {
        name: known[name]
        for name in INPUTS
        if name in known
        and name not in run.figures
        and not (hours and name in ("devices", "days", "device_hours"))
        and not (grid and name in FACTORS)
    }
    return replace(run, figures={**run.figures, **missing}, inferred=same.inferred)
