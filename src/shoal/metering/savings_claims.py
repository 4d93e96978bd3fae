"""Claims of savings: the declared baseline, the actual side from the ledger, and what may be said of the difference.

Both sides are metered with the same method and factors. The actual side bears all attempts of its exchanges: routers,
guards, judges and failed tries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shoal.call import Attempt, ModelCard, Price
from shoal.config import Settings
from shoal.config.metering import Baseline as Declared
from shoal.errors import ConfigError
from shoal.facts.grid import WORLD, find_grid
from shoal.facts.tables import Facts
from shoal.impacts import Impacts, Range, total
from shoal.metering.estimator import EcoLogitsEstimator
from shoal.metering.inventory import HERE
from shoal.metering.metering import Metering, build
from shoal.metering.place import PER_KWH
from shoal.metering.savings import Baseline, Pair, Saving, Verdict, saving
from shoal.metering.savings_sample import Replay
from shoal.metering.start import metered
from shoal.stores.usage_rows import attempt_of

WH_PER_KWH = 1000.0
# What the counters are called of which only joules are known.
COUNTED = "counters of that machine"
# The quantities of which a saving is told, for each baseline.
OF_MODELS = ("energy_wh", "carbon_gco2e", "water_ml", "cost_usd")
OF_GRID = ("usage_gco2e",)
OF_TRAINING = ("energy_wh", "usage_gco2e")
BASELINES = {
    "largest-model": Baseline.LARGEST_MODEL,
    "model": Baseline.NAMED_MODEL,
    "world-grid": Baseline.WORLD_GRID,
    "retraining": Baseline.RETRAINING,
}


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sampled exchange: the impacts of its attempts, and its replay where one is needed."""

    actual: Impacts
    replay: Replay


def meters(settings: Settings, facts: Facts, rows: Iterable[Mapping[str, Any]]) -> Metering:
    """The meters of the configured models, and of those that ran in this process in these rows: models, and Shoal's own
    guards and searches. Raises ConfigError."""
    ran = list(rows)
    here = {str(row["model"]) for row in ran if row["host"] in HERE}
    counted = {str(row["model"]) for row in ran if row["measured_j"] is not None}
    cards = [ModelCard(name, "general", "specialist") for name in sorted(here)]
    for name, row in settings.models.items():
        price = Price(row.price.input, row.price.cached, row.price.output) if row.price is not None else None
        cards.append(ModelCard(name, row.task, "host", host=row.host, params_b=row.params_b, price=price))
    estimator = EcoLogitsEstimator() if settings.metering.estimator == "ecologits" else None
    models = [replace(metered(card, settings), counters=COUNTED if card.name in counted else "") for card in cards]
    return build(models, facts, estimator)


def actual(rows: Iterable[Mapping[str, Any]], metering: Metering) -> Impacts:
    """What an exchange took, from the tokens, seconds and joules of its rows, with the factors of the other side."""
    return total(_again(attempt_of(row), metering) for row in rows if row["position"] is not None)


def claims(
    declared: Declared,
    sample: Sequence[Sampled],
    exchanges: int,
    *,
    metering: Metering,
    facts: Facts,
    model: str | None = None,
) -> list[Saving]:
    """What was saved of each quantity over `exchanges`, of which `sample` was drawn. Raises ConfigError for a replay
    that is missing or of another model than `model`, and as `saving` does."""
    baseline, against = BASELINES[declared.kind], model or _against(declared)
    alike = [True] * len(sample)
    if model is not None:
        replayed = [_replayed(each.replay, model, metering) for each in sample]
        sides = {name: [getattr(each, name) for each in replayed] for name in OF_MODELS}
        # A counter and a fit, or a fit and an estimate, do not err together.
        alike = [each.actual.tier is would.tier for each, would in zip(sample, replayed, strict=True)]
    elif declared.kind == "world-grid":
        sides = {name: _at_the_worlds_grid(sample, facts) for name in OF_GRID}
    else:
        sides = _trained_anew(declared, sample, exchanges, facts)
    return [_claim(name, baseline, against, sample, side, alike, exchanges, declared) for name, side in sides.items()]


def _claim(
    name: str,
    baseline: Baseline,
    against: str,
    sample: Sequence[Sampled],
    side: Sequence[Range | None],
    alike: Sequence[bool],
    exchanges: int,
    declared: Declared,
) -> Saving:
    quality = declared.kind != "world-grid"
    known = [
        Pair(took, would, *((each.replay.actual_quality, each.replay.quality) if quality else (None, None)), same)
        for each, would, same in zip(sample, side, alike, strict=True)
        if (took := getattr(each.actual, name)) is not None and would is not None
    ]
    if len(known) < len(sample):
        return Saving(name, baseline, Verdict.UNKNOWN, 0.0, 0.0, 0.0, len(known), exchanges, against)
    found = saving(name, baseline, known, exchanges, against=against, margin=declared.margin)
    rated = all(pair.actual_quality is not None and pair.baseline_quality is not None for pair in known)
    if quality and not rated and found.verdict is not Verdict.TOO_FEW:
        return _with(found, Verdict.UNMATCHED)
    return found


def _with(found: Saving, verdict: Verdict) -> Saving:
    ends = (found.low, found.expected, found.high)
    return Saving(found.quantity, found.baseline, verdict, *ends, found.sampled, found.exchanges, found.against)


def _replayed(replay: Replay, model: str, metering: Metering) -> Impacts:
    if not replay.attempts:
        raise ConfigError("an exchange of the sample was not replayed: give each line of the file its attempts")
    if any(each.model != model for each in replay.attempts):
        raise ConfigError(f"the sample was replayed on another model than '{model}', which is the declared baseline")
    return total(metering.attempt(each, each.concurrency) for each in replay.attempts)


def _at_the_worlds_grid(sample: Sequence[Sampled], facts: Facts) -> list[Range | None]:
    per_wh = find_grid(facts, WORLD).average.value * PER_KWH
    return [None if (wh := each.actual.energy_wh) is None else wh.scaled(per_wh) for each in sample]


def _trained_anew(
    declared: Declared, sample: Sequence[Sampled], exchanges: int, facts: Facts
) -> dict[str, list[Range | None]]:
    """What was used, with the difference of both trainings spread over all exchanges: ends taken crosswise, since what
    training anew takes and what tuning took are two estimates."""
    anew, reuse = Range(*(declared.anew_kwh or (0, 0, 0))), Range(*declared.reuse_kwh)
    per_wh = find_grid(facts, declared.region or WORLD).average.value * PER_KWH
    each_wh = [
        (one - other) * WH_PER_KWH / exchanges
        for one, other in ((anew.low, reuse.high), (anew.expected, reuse.expected), (anew.high, reuse.low))
    ]
    factors: dict[str, Callable[[Impacts], Range | None]] = {
        "energy_wh": lambda impacts: impacts.energy_wh,
        "usage_gco2e": lambda impacts: impacts.usage_gco2e,
    }
    scale = {"energy_wh": 1.0, "usage_gco2e": per_wh}
    return {
        name: [_plus(of(each.actual), [wh * scale[name] for wh in each_wh]) for each in sample]
        for name, of in factors.items()
    }


def _plus(found: Range | None, more: Sequence[float]) -> Range | None:
    return None if found is None else Range(found.low + more[0], found.expected + more[1], found.high + more[2])


def _against(declared: Declared) -> str:
    if declared.kind == "world-grid":
        return "the world's yearly average, location-based"
    anew, reuse = (", ".join(f"{each:g}" for each in kwh) for kwh in (declared.anew_kwh or (), declared.reuse_kwh))
    return f"training anew ({anew} kWh) instead of what was done ({reuse} kWh)"


def _again(attempt: Attempt, metering: Metering) -> Impacts:
    if attempt.measured_j is not None:
        return metering.measured(attempt, attempt.measured_j, attempt.concurrency)
    return metering.attempt(attempt, attempt.concurrency)
