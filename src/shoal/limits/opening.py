"""Opens the limits: rules, counters and gates from the settings. It holds no rule of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog

from shoal.call import Attempt, ModelCard
from shoal.chat import Chat
from shoal.config import Settings, nearest, secret
from shoal.errors import ConfigError
from shoal.impacts import Impacts
from shoal.limits.gate import Gate, Gates
from shoal.limits.live import LiveRules
from shoal.limits.places import Places
from shoal.limits.rebuild import spent_of
from shoal.limits.rules import Rules, read_rules
from shoal.limits.step import Events, LimitsStep, Policy, Seams
from shoal.stores.consumed import Consumed, consumed
from shoal.stores.counters import Spent
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.counters_redis import RedisCounters
from shoal.stores.database import Database
from shoal.stores.journal import hold
from shoal.stores.ledger import recover
from shoal.stores.unsettled import FOLDER, Unsettled

# Kinds of hosts that know the newer name of the bound alone for their newer models.
NEWER_FIELD = frozenset({"openai", "azure"})
ALONE = "limits.lock"


def open_limits(
    settings: Settings,
    database: Database,
    *,
    card: Callable[[str], ModelCard | None],
    path: Callable[[Chat, str], Iterable[str]],
    measure: Callable[[Attempt], Impacts] | None,
    events: Events | None = None,
    live: LiveRules | None = None,
    certified: Callable[[Chat, str, str], bool | None] = lambda *_: None,
    places: Callable[[str], Places | None] = lambda _: None,
) -> LimitsStep | None:
    """The step; None where limits are off and no model has a gate, or where nothing is limited and nobody can change
    that meanwhile (without `live`). `places` are those at a model, where processes share them. Raises ConfigError."""
    check_limits(settings)
    own = read_rules(settings.limits, settings.budgets)
    may_change = live is not None and settings.limits.mode != "off"
    rules = live.read() if live is not None and may_change else own
    gates = open_gates(settings, places)
    if not rules.limits and gates is None and not may_change:
        return None
    seams = Seams(
        card, lambda *asked: tuple(path(*asked)), measure, lambda model: bound_field(settings, model), events, certified
    )
    rows = settings.limits
    policy = Policy(rows.max_tokens, rows.when_lost, rows.unpriced)
    held: list[LimitsStep] = []
    counters = open_counters(settings, database, lambda: held[0].rules if held else rules)
    held.append(LimitsStep(rules, counters, seams, policy, gates))
    return held[0]


def open_counters(settings: Settings, database: Database, rules: Callable[[], Rules]) -> MemoryCounters | RedisCounters:
    """The counters, with what the ledger holds. Raises ConfigError."""

    def read(since: int, until: int | None, slot: int, *, by_model: bool) -> Iterable[Consumed]:
        return consumed(database, since, until, slot, by_model=by_model)

    def rebuild(until: int) -> Iterable[Spent]:
        # What a process that is no more wrote last may still be in its journal alone.
        recover(database)
        return spent_of(rules(), read, until, until)

    limits = settings.limits
    if limits.store == "memory":
        counters = MemoryCounters()
        counters.seed(spent_of(rules(), read, time.time_ns() // 1000))
        return counters
    url = secret(limits.store)
    unsettled = Unsettled(settings.server.data_dir / FOLDER)
    return RedisCounters(
        url, rebuild, namespace=limits.namespace, lease_s=limits.lease_s, lost=limits.dead, unsettled=unsettled
    )


def used_of(rules: Rules, database: Database, now: int) -> dict[str, int]:
    """What the ledger holds of each counter at that time (Unix microseconds), by the counters' names."""
    used: dict[str, int] = {}

    def read(since: int, until: int | None, slot: int, *, by_model: bool) -> Iterable[Consumed]:
        return consumed(database, since, until, slot, by_model=by_model)

    for counter, _, many, *_ in spent_of(rules, read, now):
        used[counter] = used.get(counter, 0) + many
    return used


def open_gates(settings: Settings, places: Callable[[str], Places | None] = lambda _: None) -> Gates | None:
    """The gates of the models that have a bound; None where none has."""
    shares = settings.limits.shares
    gates = {
        name: Gate(name, row.concurrency, shares, row.queue, places(name))
        for name, row in settings.models.items()
        if row.concurrency is not None
    }
    return Gates(gates) if gates else None


def check_limits(settings: Settings) -> None:
    """Raises ConfigError for names that the settings do not know, and for several workers that could not keep the
    limits."""
    limits = settings.limits
    _check_workers(settings)
    _check_models(settings)
    if limits.dead == "return" and any(budget.hard for budget in settings.budgets.values()):
        structlog.get_logger("shoal.limits").warning(
            "limits_dead_returned", why="what a killed process used is not counted: a budget can be overspent by that"
        )


def _check_workers(settings: Settings) -> None:
    of, limits = settings.server.workers, settings.limits
    if of == 1:
        return
    if limits.store == "memory" and limits.mode != "off":
        raise ConfigError(
            f"server.workers = {of}: several processes need a shared store, or each would grant every limit anew: set "
            'limits.store = "env:REDIS_URL" (a Redis or Valkey), or server.workers = 1'
        )
    for name, row in settings.models.items():
        if row.concurrency is not None and row.concurrency < of:
            raise ConfigError(
                f"models.{name}.concurrency = {row.concurrency}: each of server.workers = {of} processes needs a place "
                f"of its own at the model: write {of} or more there, or fewer workers"
            )


def _check_models(settings: Settings) -> None:
    named = [
        (f"budgets.{name}.downshift.to", model)
        for name, budget in settings.budgets.items()
        for model in (budget.downshift.to if budget.downshift is not None else ())
    ]
    for kind, tables in (("limits.rates", settings.limits.rates), ("budgets", settings.budgets)):
        of_models = [(name, table) for name, table in tables.items() if table.of == "model"]
        named += [(f"{kind}.{name}.only", model) for name, table in of_models for model in table.only]
    for where, model in named:
        if model not in settings.models and model != "auto" and ":" not in model and not model.startswith("shoal/"):
            raise ConfigError(f"{where}: '{model}'{nearest(model, settings.models)}")


def hold_alone(settings: Settings, rules: Rules) -> int | None:
    """Holds a file in the data directory for as long as the process lives, since counters in memory are one process's
    own; the open file, None where others may be beside it. Raises ConfigError where there is another process and
    something is limited."""
    if settings.limits.store != "memory" or settings.limits.mode == "off":
        return None
    try:
        return hold(settings.server.data_dir / ALONE)
    except BlockingIOError:
        if not rules.limits:
            structlog.get_logger("shoal.limits").warning(
                "limits_not_alone", why="another gateway runs on this data directory: each would grant limits anew"
            )
            return None
        raise ConfigError(
            "another gateway runs on this data directory, and each would grant every limit anew: stop it, or set "
            'limits.store = "env:REDIS_URL" (a Redis or Valkey) for both'
        ) from None
    except OSError:  # that cannot be told here
        return None


def bound_field(settings: Settings, model: str) -> str:
    """The field in which a model is told how long its reply may be."""
    row = settings.models.get(model)
    kind = settings.hosts[row.host].row if row is not None else None
    return "max_completion_tokens" if kind in NEWER_FIELD else "max_tokens"
