"""What the ledger holds of a span of time, added up by everything that a limit may name. It knows no limits.

Amounts are whole, as counters have them: of every exchange the millionths of USD, Wh and gCO2e rounded up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, String, and_, case, cast, func, literal, or_, select

from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, EXCHANGES

MICRO = 1_000_000
# Ends of exchanges that no limit let in, or that did not come that far: nothing was counted for them.
NOT_ADMITTED = (
    *("rate_limit_exceeded", "request_exceeds_limit", "insufficient_quota", "limits_unavailable"),
    *("permission_denied", "audit_failed"),
)
LEVELS = ("tenant", "team", "user", "key_id", "asked")
SUMS = ("prompt", "completion", "usd", "wh", "gco2e")


@dataclass(frozen=True, slots=True)
class Consumed:
    """`asked` is the model that was named, `model` the one whose attempts alone are counted (None: all). `slot` is the
    number of the slot in which the exchanges began."""

    tenant: str
    team: str | None
    user: str | None
    key: str
    asked: str
    tags: tuple[str, ...]
    model: str | None
    slot: int
    requests: int
    prompt: int
    completion: int
    usd: int
    wh: int
    gco2e: int


def consumed(
    database: Database, since: int, until: int | None, slot: int, *, by_model: bool = False
) -> Iterator[Consumed]:
    """Of the exchanges that began at `since` or later and ended until then, in Unix microseconds, by slots of so many
    microseconds; `by_model` by the models that were called."""
    levels = [EXCHANGES.c[name] for name in LEVELS]
    # One of the databases cannot compare JSON.
    tags = cast(EXCHANGES.c.tags, String)
    model = ATTEMPTS.c.model if by_model else literal(None)
    admitted = or_(ATTEMPTS.c.position.is_not(None), EXCHANGES.c.outcome.not_in(NOT_ADMITTED))
    chosen = [EXCHANGES.c.started >= since / MICRO, admitted]
    if until is not None:
        chosen.append(EXCHANGES.c.started + EXCHANGES.c.latency_s <= until / MICRO)
    join = EXCHANGES.join if by_model else EXCHANGES.outerjoin
    each = (
        select(
            EXCHANGES.c.id,
            model.label("model"),
            func.coalesce(func.sum(ATTEMPTS.c.prompt_tokens), 0).label("prompt"),
            func.coalesce(func.sum(ATTEMPTS.c.completion_tokens), 0).label("completion"),
            _millionths(ATTEMPTS.c.cost_usd).label("usd"),
            _millionths(ATTEMPTS.c.energy_wh).label("wh"),
            _millionths(ATTEMPTS.c.usage_gco2e + ATTEMPTS.c.embodied_gco2e).label("gco2e"),
        )
        .select_from(join(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id))
        .where(and_(*chosen))
        .group_by(EXCHANGES.c.id, *([model] if by_model else ()))
        .subquery()
    )
    begun = _floor(database, EXCHANGES.c.started * MICRO / slot).label("slot")
    found = (
        select(*levels, tags, each.c.model, begun, func.count(), *(func.sum(each.c[name]) for name in SUMS))
        .select_from(each.join(EXCHANGES, EXCHANGES.c.id == each.c.id))
        .group_by(*levels, tags, each.c.model, begun)
    )
    with database.engine.connect() as connection:
        for row in connection.execute(found):
            yield _consumed(tuple(row))


def _consumed(row: Sequence[Any]) -> Consumed:
    tenant, team, user, key, asked, tags, model, slot, *sums = row
    labels = tuple(f"{name}={value}" for name, value in (json.loads(tags) or {}).items()) if tags else ()
    return Consumed(tenant, team, user, key, asked, labels, model, int(slot), *(int(each) for each in sums))


def _millionths(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum in whole millionths, rounded up; casts round in one database and cut off in another."""
    many = cast(func.coalesce(func.sum(column), 0.0), Float) * MICRO - 1e-6
    whole = cast(many, BigInteger)
    return whole + case((many > whole, 1), else_=0)


def _floor(database: Database, value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.floor(value) if database.engine.dialect.name == "postgresql" else cast(value, BigInteger)
