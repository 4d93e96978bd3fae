"""What metering needs at start: the facts, a meter for each model, the counters of this machine. It meters nothing.

Services whose machines are not known are looked up in a thread after the start: until then they are unknown, or
estimated from their size.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import structlog

from shoal.call import ModelCard
from shoal.config import Settings, secret
from shoal.config.metering import Sharing
from shoal.errors import ConfigError
from shoal.facts.installed import tables
from shoal.facts.tables import Facts, load
from shoal.metering.baseline import check_baseline
from shoal.metering.counters.seam import EnergySource
from shoal.metering.described import described
from shoal.metering.estimator import MISSING, EcoLogitsEstimator
from shoal.metering.factor_version import KeptVersions
from shoal.metering.factors import Factors
from shoal.metering.here import by_kind, counted, labels, open_sources
from shoal.metering.idle import IdleLine
from shoal.metering.live import SERVICES, Fetch, LiveGrid
from shoal.metering.live_factors import LiveFactors, LiveThread, zones_of
from shoal.metering.meter import Metered
from shoal.metering.metering import build
from shoal.metering.own import GUARDS, RETRIEVAL
from shoal.metering.sampler import Clock, Sampler
from shoal.metering.sharing import Coefficients
from shoal.metering.step import Amend, MeteringStep
from shoal.metering.ticker import IdleStore, Ticker
from shoal.metering.windows import Windows
from shoal.stores.database import Database
from shoal.stores.factor_versions import SqlFactorVersions
from shoal.stores.idle_energy import SqlIdleEnergy

HERE = ModelCard("here", "general", "specialist")
OWN = tuple(ModelCard(name, "general", "specialist") for name in (GUARDS, RETRIEVAL))


@dataclass(frozen=True, slots=True)
class Running:
    """Metering under way: the step, the factors, and what runs beside the requests."""

    step: MeteringStep
    factors: Factors
    ticker: Ticker | None
    live: LiveThread | None

    def close(self) -> None:
        """Ends what runs beside the requests; figures that the counters have not said by then stay modelled."""
        if self.live is not None:
            self.live.close()
        self.factors.close()
        if self.ticker is not None:
            self.ticker.close()


def run_metering(settings: Settings, cards: Iterable[ModelCard], database: Database, amend: Amend) -> Running:
    """The step for these models; the counters and the grids of the settings are read from now on. Raises as
    `open_metering` does."""
    facts = check_metering(settings)
    sources = open_sources(settings.metering.counters)
    kept = KeptVersions(SqlFactorVersions(database), time.time)
    factors, kinds = open_factors(settings, cards, facts, labels(sources), kept)
    sampler = open_sampler(settings, sources) if sources else None
    step = MeteringStep(factors, sampler, kinds, amend)
    live = open_live(settings, factors, facts)
    ticker = open_ticker(settings, step, sources, SqlIdleEnergy(database))
    if live is not None:
        live.start()
    if ticker is not None:
        ticker.start()
    return Running(step, factors, ticker, live)


def open_metering(
    settings: Settings,
    cards: Iterable[ModelCard],
    sources: Mapping[str, EnergySource] | None = None,
    clock: Clock = time.monotonic,
) -> MeteringStep:
    """The step for these models; with the energy counters `sources` of this machine, by their name in the settings,
    what runs here is measured. Raises ConfigError that names the nearest for an unknown region or hardware, and for
    facts that cannot be read or an estimator that is not installed."""
    given = sources or {}
    factors, kinds = open_factors(settings, cards, check_metering(settings), labels(given))
    return MeteringStep(factors, open_sampler(settings, given, clock) if given else None, kinds)


def open_factors(
    settings: Settings,
    cards: Iterable[ModelCard],
    facts: Facts,
    names: Mapping[str, str],
    kept: KeptVersions | None = None,
) -> tuple[Factors, dict[str, tuple[str, ...]]]:
    """The meters, and which kinds of counters tell of each model; `names` are what those counters are called. Versions
    of the factors are written into `kept`."""
    leaves = [*OWN, *(card for card in cards if card.kind != "composite")]
    kinds = {card.name: found for card in leaves if (found := counted(card, settings, names))}
    models = [
        replace(metered(card, settings), counters=" and ".join(names[kind] for kind in kinds.get(card.name, ())))
        for card in leaves
    ]
    here, counting = described(HERE, settings.metering), _counting(settings, names)
    factors = Factors(models, facts, here, counting=counting, kept=kept)
    if settings.metering.estimator == "ecologits":
        threading.Thread(target=_estimate, args=(factors,), name="shoal-estimator", daemon=True).start()
    return factors, kinds


def _counting(settings: Settings, names: Mapping[str, str]) -> dict[str, Any] | None:
    """How the counters that are read are shared; None where there is none."""
    rules = settings.metering
    if not names:
        return None
    return {"counters": dict(names), "window_s": rules.window_s, "sharing": rules.sharing.model_dump()}


def open_live(settings: Settings, factors: Factors, facts: Facts) -> LiveThread | None:
    """What reads grids; None where the settings name no service. Raises ConfigError for a key that is not there."""
    rules = settings.metering.live
    if rules is None:
        return None
    from shoal.metering.live_fetch import open_fetch

    zones, key = zones_of(rules, facts), secret(rules.key) if rules.key is not None else ""
    service, fresh_s, stale_s = SERVICES[rules.service], rules.fresh_s, rules.stale_s

    def live(fetch: Fetch) -> LiveFactors:
        grid = LiveGrid(service, key, fetch, fresh_s=fresh_s, stale_s=stale_s)
        return LiveFactors(factors, facts, grid, zones)

    return LiveThread(live, open_fetch, fresh_s)


def open_sampler(settings: Settings, sources: Mapping[str, EnergySource], clock: Clock = time.monotonic) -> Sampler:
    """The windows of these counters, shared as the settings say."""
    rules = settings.metering.sharing
    weights = {"cpu": rules.cpu, "gpu": rules.gpu}
    at = clock()
    found = {kind: Windows(each, coefficients(weights[kind]), at) for kind, each in by_kind(sources).items()}
    return Sampler(found, clock)


def open_ticker(
    settings: Settings, step: MeteringStep, sources: Mapping[str, EnergySource], store: IdleStore
) -> Ticker | None:
    """What closes the windows; None where nothing is counted."""
    if step.sampler is None:
        return None
    line = IdleLine(step.current)
    return Ticker(step.sampler, step.measured, line, store, sources, settings.metering.window_s)


def coefficients(sharing: Sharing) -> Coefficients:
    """The weights of the settings."""
    return Coefficients(sharing.input, sharing.output, sharing.second, sharing.idle_w)


def check_metering(settings: Settings) -> Facts:
    """The facts, once every region and all hardware of the settings are found in them, whatever runs there. Raises
    ConfigErrors as `open_metering` does."""
    rules = settings.metering
    if rules.estimator == "ecologits" and find_spec("ecologits") is None:
        raise ConfigError(f"metering.estimator: {MISSING}")
    facts = load(*tables(settings.server.data_dir, rules.facts))
    if rules.live is not None:
        zones_of(rules.live, facts)
    check_baseline(settings, facts)
    for name, weight in rules.models.items():
        if weight.active_b is not None and weight.active_b > (settings.models[name].params_b or math.inf):
            raise ConfigError(
                f"metering.models.{name}.active_b: more than models.{name}.params_b, which is all of them"
            )
    stand_ins = {"metering.here": HERE} | {
        f"metering.hosts.{name}": ModelCard("", "general", "host", host=name, params_b=1.0) for name in rules.hosts
    }
    for where, card in stand_ins.items():
        try:
            build([described(card, rules)], facts)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error.message}") from None
    return facts


def metered(card: ModelCard, settings: Settings) -> Metered:
    """The model of that card as its meter sees it."""
    row = settings.models.get(card.name)
    if row is None:
        return described(card, settings.metering)
    return described(card, settings.metering, row=settings.hosts[row.host].row, upstream=row.upstream)


def _estimate(factors: Factors) -> None:
    """Reading the library takes half a second and more: not while the gateway starts."""
    try:
        factors.know(EcoLogitsEstimator())
    except ConfigError as error:
        structlog.get_logger("shoal.metering").error("estimator_failed", cause=error.message)
