"""Verify: published figures of training runs and of small models beside Shoal's arithmetic. It trusts neither.

Formulas, tolerances and what is known of each row stand in docs/methodology/training.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shoal.facts.tables import Facts
from shoal.planning.published import Run

HOURS_PER_DAY = 24.0
WH_PER_MWH = 1e6
KWH_PER_MWH = 1e3
G_PER_KG = 1e3
TOLERANCE = 0.02
# A whole number that was published may have been rounded down.
WHOLE = 0.05
PER_WATT = 0.02
COMPANY, TPU, DERIVATIVES = "one company's small models", "TPU v4 over TPU v3", "Llama 2 derivatives"
LLAMA_2 = ("Llama 2 7B", "Llama 2 13B", "Llama 2 70B")


class Verdict(StrEnum):
    """What came of a row. A flagged one is known to be wrong and was found to be so."""

    REPRODUCED = "reproduced"
    FLAGGED = "flagged"
    FAILED = "failed"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure beside ours (None: it cannot be worked out); `formula` says how."""

    name: str
    figure: str
    unit: str
    published: float
    ours: float | None
    tolerance: float
    formula: str
    source: str
    known_inconsistent: bool = False
    note: str = ""

    @property
    def off(self) -> float | None:
        """Ours over published, less 1; None where there is nothing to compare."""
        if self.ours is None:
            return None
        if self.published == 0:
            return 0.0 if self.ours == 0 else float("inf")
        return self.ours / self.published - 1

    @property
    def verdict(self) -> Verdict:
        """A known-wrong figure that agrees after all has failed too: then the mark is wrong."""
        if self.off is None:
            return Verdict.UNCHECKED
        agrees = abs(self.off) <= self.tolerance
        if self.known_inconsistent:
            return Verdict.FAILED if agrees else Verdict.FLAGGED
        return Verdict.REPRODUCED if agrees else Verdict.FAILED

    def to_wire(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "name": self.name,
            "figure": self.figure,
            "unit": self.unit,
            "published": self.published,
            "ours": None if self.ours is None else float(f"{self.ours:.6g}"),
            "off": None if self.off is None else round(self.off, 5),
            "tolerance": self.tolerance,
            "verdict": self.verdict,
            "formula": self.formula,
            "source": self.source,
            "note": self.note,
        }


def device_hours(run: Run) -> float | None:
    """Published hours, else devices x days x 24."""
    hours, devices, days = run.get("device_hours"), run.get("devices"), run.get("days")
    if hours is not None:
        return hours
    return None if devices is None or days is None else devices * days * HOURS_PER_DAY


def it_mwh(run: Run) -> float | None:
    """MWh of the machines: hours x W."""
    hours, watts = device_hours(run), run.get("device_w")
    return None if hours is None or watts is None else hours * watts / WH_PER_MWH


def energy_mwh(run: Run) -> float | None:
    """MWh of the building: hours x W x PUE, without a PUE the machines' alone."""
    return _product(it_mwh(run), run.get("pue") or 1.0)


def tco2e(run: Run) -> float | None:
    """Tonnes, location-based: energy x grid, or the machines' energy x a factor that holds the building."""
    if run.get("it_factor") is not None:
        return _product(it_mwh(run), run.get("it_factor"))
    return _product(energy_mwh(run), run.get("grid"))


def tco2e_net(run: Run) -> float | None:
    """Tonnes after contracts: energy x the contracts' intensity."""
    return _product(energy_mwh(run), run.get("grid_net"))


def idle_tco2e(run: Run) -> float | None:
    """Tonnes of the rest of the cluster meanwhile."""
    return _product(run.get("idle_mwh"), run.get("grid"))


def total_tco2e(run: Run) -> float | None:
    """Use, idle machines and making."""
    parts = (tco2e(run), idle_tco2e(run), run.get("embodied_tco2e"))
    return None if any(part is None for part in parts) else sum(part for part in parts if part is not None)


def whole_tco2e(run: Run) -> float | None:
    """Tonnes of the machines with another PUE."""
    return _product(_product(it_mwh(run), run.get("whole_pue")), run.get("grid"))


# Figure, unit, how it is worked out, and in words.
FORMULAS: Mapping[str, tuple[str, Callable[[Run], float | None], str]] = {
    "energy_mwh": ("MWh", energy_mwh, "device hours x W x PUE"),
    "tco2e": ("tCO2e", tco2e, "energy x grid intensity"),
    "tco2e_net": ("tCO2e after contracts", tco2e_net, "energy x intensity after contracts"),
    "idle_tco2e": ("tCO2e of idle machines", idle_tco2e, "idle energy x grid intensity"),
    "total_tco2e": ("tCO2e in all", total_tco2e, "use + idle + making"),
    "whole_tco2e": ("tCO2e with the building", whole_tco2e, "device hours x W x 1.2 x grid intensity"),
}


def verify(runs: Sequence[Run], facts: Facts) -> list[Check]:
    """Every published figure of each run that there is a formula for, then the claims on small models, worked out from
    one another and from the runs."""
    checks = [_check(run, name) for run in runs for name in FORMULAS if run.get(name) is not None]
    return [*(each for each in checks if not _is_claimed_zero(each)), *verify_claims(facts, runs)]


def _check(run: Run, figure: str) -> Check:
    unit, formula, words = FORMULAS[figure]
    published = run.figures[figure]
    tolerance = min(run.get("tolerance") or TOLERANCE, TOLERANCE) if figure == "tco2e" else TOLERANCE
    wrong = run.known_inconsistent and figure == "tco2e"
    return Check(
        run.name, figure, unit, published, formula(run), tolerance, words, run.source, wrong, _note(run, figure)
    )


def _note(run: Run, figure: str) -> str:
    """What must be known of a figure: the intensity that a wrong one would mean, and where a factor comes from."""
    mwh = it_mwh(run)
    if run.known_inconsistent and figure == "tco2e" and mwh:
        grams = run.figures[figure] * G_PER_KG / mwh
        return f"inconsistent: it would mean {grams:.2g} g per kWh of the machines"
    return "the factor is one for all cards of its release, inferred from them" if run.inferred else ""


def _is_claimed_zero(check: Check) -> bool:
    """Whether a maker claims nothing at all after contracts: there is no arithmetic in that."""
    return check.figure == "tco2e_net" and check.published == 0 and check.ours is None


def verify_claims(facts: Facts, runs: Sequence[Run]) -> list[Check]:
    """The claims on small models; where a run's row is such a claim, with its figures."""
    by_name = {run.name: run for run in runs}
    claim = {fact.quantity: fact.value for fact in facts.about("claim", COMPANY)}
    source = facts.find("claim", COMPANY, "tco2e").source.title
    for run in runs:
        if "avoided_t" in run.claims:
            claim, source = {**claim, **_claims_of(run)}, run.source
    gpt3 = by_name["GPT-3"].get("tco2e") if "GPT-3" in by_name else None
    return [*company(claim, gpt3, source), per_watt(facts), *derivatives(facts, by_name)]


def company(claim: Mapping[str, float], gpt3: float | None, source: str) -> list[Check]:
    """48 t, 68.8 % less than at the world's average, 105 t avoided: each follows from the other two; and the whole
    number by which GPT-3 took more."""
    total, avoided, less = claim["tco2e"], claim["avoided_t"], claim["reduction"]
    found = [
        Check(
            COMPANY, "tco2e", "tCO2e", total, avoided * (1 - less) / less, TOLERANCE, "avoided x (1 - r) / r", source
        ),
        Check(
            COMPANY,
            "reduction",
            "share",
            less,
            avoided / (avoided + total),
            TOLERANCE,
            "avoided / (avoided + t)",
            source,
        ),
        Check(COMPANY, "avoided_t", "tCO2e", avoided, total * less / (1 - less), TOLERANCE, "t x r / (1 - r)", source),
    ]
    if gpt3 is not None and "times_less" in claim:
        note = "11.5, published as a whole number"
        found.append(
            Check(
                COMPANY,
                "times_less",
                "times",
                claim["times_less"],
                gpt3 / total,
                WHOLE,
                "GPT-3 t / t",
                source,
                note=note,
            )
        )
    return found


def per_watt(facts: Facts) -> Check:
    """TPU v4 over v3: speed x power of v3 over power of v4, the mean power of the chips in production."""
    fact = facts.find("claim", TPU, "per_watt")
    speed = facts.find("claim", TPU, "speed").value
    old, new = (facts.find("hardware", name, "mean_w").value for name in ("tpu-v3", "tpu-v4"))
    return Check(
        TPU,
        "per_watt",
        "ratio",
        fact.value,
        speed * old / new,
        PER_WATT,
        "speed x W of v3 / W of v4",
        fact.source.title,
    )


def derivatives(facts: Facts, runs: Mapping[str, Run]) -> list[Check]:
    """13,000 models that were not trained from nothing: their tonnes, and the homes that this would be."""
    claim = {fact.quantity: fact for fact in facts.about("claim", DERIVATIVES)}
    tonnes = [run.figures["tco2e"] for name in LLAMA_2 if (run := runs.get(name)) is not None]
    whole = claim["count"].value * sum(tonnes) if len(tonnes) == len(LLAMA_2) else None
    source = claim["count"].source.title
    note = "an upper bound: as if each had else trained all three sizes"
    homes = _product(whole, 1 / claim["t_per_home"].value)
    return [
        Check(
            *(DERIVATIVES, "t_saved", "tCO2e", claim["t_saved"].value, whole, TOLERANCE),
            *("13,000 x t of Llama 2 7B, 13B and 70B", source),
            note=note,
        ),
        Check(
            *(DERIVATIVES, "homes", "homes", claim["homes"].value, homes, TOLERANCE, "t / 7.15 t per home", source),
            note=note,
        ),
    ]


def _claims_of(run: Run) -> dict[str, float]:
    """The claims in a file's row, under the facts' names."""
    found = {"avoided_t": run.claims["avoided_t"]}
    if "tco2e" in run.claims:
        found["tco2e"] = run.claims["tco2e"]
    if "reduction_vs_global_pct" in run.claims:
        found["reduction"] = run.claims["reduction_vs_global_pct"] / 100
    return found


def _product(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else one * two
