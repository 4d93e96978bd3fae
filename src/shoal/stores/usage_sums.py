"""Sums of the ledger: tokens, energy, carbon, water and money by model, key, tag or day. It prices and models nothing:
it adds what was written down, and counts what is not known instead of adding zero."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, Integer, Row, String, and_, case, cast, func, literal, select

from shoal.impacts import ZERO, Range, Tier
from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, ENDS, EXCHANGES

By = Literal["model", "key", "tag", "day"]
# Each quantity of a report, and the columns of an attempt that add up to it.
SUMMED: Mapping[str, tuple[str, ...]] = {
    "cost_usd": ("cost_usd",),
    "energy_wh": ("energy_wh",),
    "carbon_gco2e": ("usage_gco2e", "embodied_gco2e"),
    "water_ml": ("water_ml",),
}
TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")
NONE = "none"
DAY_S = 86_400


@dataclass(slots=True)
class Sums:
    """What a group of attempts took. `known` holds the sum of each quantity over the attempts of which it is known,
    `unknown` how many attempts are not in it; `tiers` counts the attempts by tier."""

    name: str
    exchanges: int = 0
    attempts: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    known: dict[str, Range] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)

    def add(self, other: Sums) -> None:
        """Takes another group in."""
        self.exchanges += other.exchanges
        self.attempts += other.attempts
        self.tokens.update(other.tokens)
        self.unknown.update(other.unknown)
        self.tiers.update(other.tiers)
        for name, value in other.known.items():
            self.known[name] = self.known[name] + value if name in self.known else value

    def to_wire(self) -> dict[str, Any]:
        """The JSON form; a quantity of which nothing is known is null, unless there was no attempt."""
        nothing = None if self.attempts else ZERO.to_wire()
        sums = {name: self.known[name].to_wire() if name in self.known else nothing for name in SUMMED}
        return {
            "name": self.name,
            "exchanges": self.exchanges,
            "attempts": self.attempts,
            **{name: self.tokens[name] for name in TOKENS},
            **sums,
            "unknown_attempts": {name: self.unknown[name] for name in SUMMED},
            "tiers": {name: count for name, count in self.tiers.items() if count},
        }


def usage_sums(database: Database, by: By, since: float = 0.0, tenant: str | None = None) -> list[Sums]:
    """The groups of exchanges begun at `since` (Unix seconds) or later, in the order of their names. By "tag" an
    exchange counts under each of its tags; days are of UTC. Those without an attempt, tag or the like are "none"."""
    groups: dict[str, Sums] = {}
    for row in _rows(database, _label(by), since, tenant):
        found = _sums(row)
        for name in _names(by, row.label):
            groups.setdefault(name, Sums(name)).add(found)
    return [groups[name] for name in sorted(groups)]


def usage_total(database: Database, since: float = 0.0, tenant: str | None = None) -> Sums:
    """All of it, every attempt once."""
    whole = Sums("total")
    for row in _rows(database, literal("total"), since, tenant):
        whole.add(_sums(row))
    return whole


def _label(by: By) -> ColumnElement[Any]:
    labels: dict[str, ColumnElement[Any]] = {
        "model": ATTEMPTS.c.model,
        "key": EXCHANGES.c.key_id,
        "tag": cast(EXCHANGES.c.tags, String),
        "day": cast(EXCHANGES.c.started / DAY_S, Integer),
    }
    return labels[by]


def _names(by: By, label: Any) -> list[str]:
    if by == "day":
        return [datetime.fromtimestamp(label * DAY_S, UTC).date().isoformat()]
    if by == "tag" and label:
        return [f"{name}={value}" for name, value in json.loads(label).items()] or [NONE]
    return [str(label) if label else NONE]


def _rows(database: Database, label: ColumnElement[Any], since: float, tenant: str | None) -> list[Row[Any, Any, Any]]:
    chosen = [EXCHANGES.c.started >= since]
    if tenant is not None:
        chosen.append(EXCHANGES.c.tenant == tenant)
    columns = [
        label.label("label"),
        func.count(EXCHANGES.c.id.distinct()).label("exchanges"),
        func.count(ATTEMPTS.c.position).label("attempts"),
        *(func.coalesce(func.sum(ATTEMPTS.c[name]), 0).label(name) for name in TOKENS),
        *(_end(name, end).label(end.format(name)) for name in SUMMED for end in ENDS),
        *(func.count(_of(name, "{}")).label(f"{name}_known") for name in SUMMED),
        *(func.sum(case((ATTEMPTS.c.tier == tier.value, 1), else_=0)).label(tier.value) for tier in Tier),
    ]
    joined = EXCHANGES.outerjoin(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id)
    statement = select(*columns).select_from(joined).where(and_(*chosen)).group_by(label)
    with database.engine.connect() as connection:
        return list(connection.execute(statement))


def _of(name: str, end: str) -> ColumnElement[float]:
    """One end of a quantity of an attempt: null where any of its parts is."""
    first, *rest = (ATTEMPTS.c[end.format(part)] for part in SUMMED[name])
    whole: ColumnElement[float] = cast(first, Float)
    for part in rest:
        whole = whole + part
    return whole


def _end(name: str, end: str) -> ColumnElement[float]:
    return func.sum(_of(name, end))


def _sums(row: Row[Any, Any, Any]) -> Sums:
    found = row._mapping
    sums = Sums("", found["exchanges"], found["attempts"])
    for name in SUMMED:
        known = found[f"{name}_known"]
        sums.unknown[name] = found["attempts"] - known
        if known:
            sums.known[name] = Range(*(found[end.format(name)] for end in ENDS))
    sums.tokens.update({name: found[name] for name in TOKENS})
    sums.tiers.update({tier.value: found[tier.value] or 0 for tier in Tier})
    return sums
