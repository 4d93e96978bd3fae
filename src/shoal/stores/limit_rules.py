"""Limits, budgets and temporary increases at rest, besides those of the settings. It knows no amount's meaning and not
who may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

_METADATA = MetaData()
RULES = Table(
    "limit_rules",
    _METADATA,
    *(Column(name, String) for name in ("id", "tenant", "kind", "name", "author")),
    Column("terms", JSON),
    Column("since", BigInteger),
    Column("created", Float),
    Column("revision", Integer),
)
INCREASES = Table(
    "budget_increases",
    _METADATA,
    *(Column(name, String) for name in ("id", "tenant", "rule", "budget", "quantity", "subject", "author")),
    *(Column(name, Float) for name in ("amount", "until", "created")),
)
Kind = Literal["rate", "budget"]


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rate or a budget of one organisation. `terms` are the fields of its table in the settings; what was used before
    `since` (Unix microseconds) does not count; `created` Unix seconds; `revision` counts its changes."""

    id: str
    tenant: str
    kind: Kind
    name: str
    terms: Mapping[str, Any]
    since: int
    created: float
    author: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class StoredIncrease:
    """More of a budget's `quantity`, in its own unit, from `created` to `until` (Unix seconds), for one subject or
    (None) each. `rule` is the id of the budget's row, None for a budget of the settings; `tenant` whose admin made
    it."""

    id: str
    tenant: str
    rule: str | None
    budget: str
    quantity: str
    amount: float
    subject: str | None
    until: float
    created: float
    author: str


def add_rule(connection: Connection, rule: StoredRule) -> None:
    """Adds it in the transaction under way."""
    connection.execute(insert(RULES), [{**asdict(rule), "terms": dict(rule.terms)}])


def rules_where(connection: Connection, where: ColumnElement[bool]) -> list[StoredRule]:
    """Oldest first."""
    rows = connection.execute(select(RULES).where(where).order_by(RULES.c.created, RULES.c.id))
    return [StoredRule(**dict(row._mapping)) for row in rows]


def change_rule(connection: Connection, rule_id: str, **values: Any) -> None:
    """Sets columns, by the names of `StoredRule`."""
    raised = {**values, "revision": RULES.c.revision + 1}
    connection.execute(update(RULES).where(RULES.c.id == rule_id).values(raised))


def delete_rules(connection: Connection, where: ColumnElement[bool]) -> None:
    """Removes rules and their increases."""
    ids = select(RULES.c.id).where(where)
    connection.execute(delete(INCREASES).where(INCREASES.c.rule.in_(ids)))
    connection.execute(delete(RULES).where(where))


def add_increase(connection: Connection, increase: StoredIncrease) -> None:
    """Adds it in the transaction under way."""
    connection.execute(insert(INCREASES), [asdict(increase)])


def increases_where(connection: Connection, where: ColumnElement[bool]) -> list[StoredIncrease]:
    """Oldest first."""
    rows = connection.execute(select(INCREASES).where(where).order_by(INCREASES.c.created, INCREASES.c.id))
    return [StoredIncrease(**dict(row._mapping)) for row in rows]


def delete_increases(connection: Connection, where: ColumnElement[bool]) -> None:
    """Ends them."""
    connection.execute(delete(INCREASES).where(where))
