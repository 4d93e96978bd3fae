"""Sums of usage by model, key, team, tag, day and the like: from hourly roll-ups where they hold, else from the ledger.

It prices and models nothing: it adds what was written down, and counts what is not known instead of adding zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, case, func, select, union_all
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from shoal.impacts import UNKNOWN, ZERO, Range, Tier
from shoal.stores.database import Database
from shoal.stores.ledger import ENDS, EXCHANGES
from shoal.stores.usage_cover import DAY_H, Cover, Run, cover
from shoal.stores.usage_hours import held, marked, snapshot
from shoal.stores.usage_lines import FIRSTS, SUMMED, TOKENS
from shoal.stores.usage_marks import HOUR_S
from shoal.stores.usage_steps import holding, summed
from shoal.stores.usage_tables import DAYS_OF, USAGE_HOURS, USAGE_TAG_HOURS

OfExchange = Literal["tenant", "key", "team", "user", "tag", "day", "hour"]
OfAttempt = Literal["model", "host", "purpose", "tier", "facts", "method", "zone"]
By = Literal[OfExchange, OfAttempt]
NONE = "none"
# What `shoal usage` shows.
SHOWN = ("cost_usd", "energy_wh", "carbon_gco2e", "water_ml")
# The columns of lines that names go by, where they are called otherwise.
COLUMNS = {"key": "key_id", "day": "hour"}
# How days and hours are called.
DAY, HOUR = "%Y-%m-%d", "%Y-%m-%dT%H:00Z"
FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to before `end`, in Unix seconds, by the exchanges' begin; of one tenant, or of all."""

    begin: float = 0.0
    end: float = FOREVER
    tenant: str | None = None


@dataclass(slots=True)
class Sums:
    """What a group of attempts took. `known` holds the sum of each quantity over the attempts of which it is known,
    `unknown` how many attempts are not in it; `tiers` counts the attempts by tier, `seconds` is the time they took."""

    name: str
    exchanges: int = 0
    attempts: int = 0
    failed: int = 0
    seconds: float = 0.0
    tokens: Counter[str] = field(default_factory=Counter)
    known: dict[str, Range] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)

    def add(self, other: Sums) -> None:
        """Takes another group in."""
        self.exchanges += other.exchanges
        self.attempts += other.attempts
        self.failed += other.failed
        self.seconds += other.seconds
        self.tokens.update(other.tokens)
        self.unknown.update(other.unknown)
        self.tiers.update(other.tiers)
        for name, value in other.known.items():
            self.known[name] = self.known[name] + value if name in self.known else value

    def by_tier(self) -> dict[str, int]:
        """How many attempts are known how, and of how many nothing is: together they are all attempts."""
        found = {name: count for name, count in self.tiers.items() if count}
        unknown = self.attempts - sum(found.values())
        return found | ({UNKNOWN: unknown} if unknown else {})

    def to_wire(self, quantities: Sequence[str] = SHOWN) -> dict[str, Any]:
        """The JSON form; a quantity of which nothing is known is null, unless there was no attempt."""
        nothing = None if self.attempts else ZERO.to_wire()
        sums = {name: self.known[name].to_wire() if name in self.known else nothing for name in quantities}
        return {
            "name": self.name,
            "exchanges": self.exchanges,
            "attempts": self.attempts,
            **{name: self.tokens[name] for name in TOKENS},
            **sums,
            "unknown_attempts": {name: self.unknown[name] for name in quantities},
            "tiers": self.by_tier(),
        }


def usage_sums(
    database: Database, by: By, since: float = 0.0, tenant: str | None = None, *, quantities: Sequence[str] = SHOWN
) -> list[Sums]:
    """The groups of exchanges begun at `since` (Unix seconds) or later, in the order of their names. By "tag" an
    exchange counts under each of its tags; days are of UTC. Those without an attempt, tag or the like are "none"."""
    found = grouped(database, (by,), Span(since, tenant=tenant), quantities)
    return [sums for _, sums in sorted(found.items())]


def usage_total(
    database: Database, since: float = 0.0, tenant: str | None = None, *, quantities: Sequence[str] = SHOWN
) -> Sums:
    """All of it, every attempt once."""
    return grouped(database, (), Span(since, tenant=tenant), quantities).get((), Sums("total"))


def usage_of(database: Database, by: By, name: str, span: Span) -> Sums:
    """The sum of the group of that name alone."""
    return grouped(database, (by,), span, SHOWN, name).get((name,), Sums(name))


def grouped(
    database: Database, by: Sequence[By], span: Span, quantities: Sequence[str] = tuple(SUMMED), only: str | None = None
) -> dict[tuple[str, ...], Sums]:
    """The sums for every combination of these names. Exchanges are counted once per name of the first of `by`; nothing
    but tenants, tiers and versions goes together with "tag". `only` is a name of the first of `by`."""
    with snapshot(database.engine) as connection:
        bounded = _bounded(connection, span)
        if bounded.begin >= bounded.end:
            return {}
        statement = _statement(connection, by, bounded, quantities)
        if only is not None:
            statement = statement.having(statement.selected_columns[0] == only)
        rows = connection.execute(statement).all()
    found: dict[tuple[str, ...], Sums] = {}
    for row in rows:
        names = tuple(_named(each, value) for each, value in zip(by, row, strict=False))
        found.setdefault(names, Sums(" ".join(names) or "total")).add(_sums(row, by, quantities))
    return found


def _statement(connection: Connection, by: Sequence[By], span: Span, quantities: Sequence[str]) -> Select[Any]:
    """One sum over the roll-ups of whole days and hours that hold, and over steps and lines of all the rest."""
    tagged = connection.dialect if "tag" in by else None
    table = USAGE_TAG_HOURS if tagged is not None else USAGE_HOURS
    columns = [*_columns(by), *_measures(by, quantities)]
    found = _covered(connection, span, days="hour" not in by)
    steps = holding(connection)
    parts = [
        *_rolled(DAYS_OF[table], found.days, span, columns),
        *_rolled(table, found.hours, span, columns),
        *(part for each in _rest(found, span) for part in summed(table, each, steps, columns, span.tenant, tagged)),
    ]
    each = union_all(*parts).subquery()
    labels = [_label(each.c, name).label(f"label_{at}") for at, name in enumerate(by)]
    measures = [func.coalesce(func.sum(each.c[name]), 0).label(name) for name in _measures(by, quantities)]
    tiers = [
        func.coalesce(func.sum(case((each.c.tier == tier.value, each.c.attempts), else_=0)), 0).label(
            f"tier_{tier.value}"
        )
        for tier in Tier
    ]
    return select(*labels, *measures, *tiers).group_by(*labels)


def _rolled(table: Table, runs: Iterable[Run], span: Span, columns: Sequence[str]) -> Iterable[Select[Any]]:
    for begin, end in runs:
        chosen = select(*(table.c[name] for name in columns)).where(table.c.hour >= begin, table.c.hour < end)
        yield chosen if span.tenant is None else chosen.where(table.c.tenant == span.tenant)


def _rest(cover: Cover, span: Span) -> Iterable[tuple[float, float]]:
    """Marked hours, and the parts of hours at both ends, from one Unix second to before another."""
    first, last = _whole_hours(span)
    stretches: list[tuple[float, float]] = [(begin * HOUR_S, end * HOUR_S) for begin, end in cover.rows]
    if first >= last:
        stretches = [(span.begin, span.end)]
    else:
        stretches += [(span.begin, first * HOUR_S), (last * HOUR_S, span.end)]
    return (each for each in stretches if each[0] < each[1])


def _whole_hours(span: Span) -> tuple[int, int]:
    """The first whole hour of the span, and the one after the last."""
    return ceil(span.begin / HOUR_S), int(span.end // HOUR_S)


def _covered(connection: Connection, span: Span, *, days: bool) -> Cover:
    first, last = _whole_hours(span)
    marks = marked(connection, first, last)
    return cover(first, last, marks, held(connection) if days else ())


def _bounded(connection: Connection, span: Span) -> Span:
    """The span within what there is."""
    # Each by itself: so the index tells it at once.
    begin, end = (connection.execute(select(of(EXCHANGES.c.started))).scalar() for of in (func.min, func.max))
    if begin is None or end is None:
        return Span(0.0, 0.0)
    first, after = begin // HOUR_S * HOUR_S, (end // HOUR_S + 1) * HOUR_S
    return Span(max(span.begin, first), min(span.end, after), span.tenant)


def _columns(by: Sequence[By]) -> list[str]:
    """The columns of lines that these names are made of, and the tier, by which attempts are counted."""
    return list(dict.fromkeys([*(COLUMNS.get(name, name) for name in by), "tier"]))


def _measures(by: Sequence[By], quantities: Sequence[str]) -> list[str]:
    exchanges = f"exchanges_{by[0]}" if by and by[0] in FIRSTS else "exchanges"
    ends = (end.format(name) for name in quantities for end in ENDS)
    return [exchanges, "attempts", "failed", "latency_s", *TOKENS, *(f"{name}_known" for name in quantities), *ends]


def _label(columns: ReadOnlyColumnCollection[str, ColumnElement[Any]], name: By) -> ColumnElement[Any]:
    return columns.hour // DAY_H if name == "day" else columns[COLUMNS.get(name, name)]


def _named(by: By, value: Any) -> str:
    if by == "day":
        return datetime.fromtimestamp(int(value) * DAY_H * HOUR_S, UTC).strftime(DAY)
    if by == "hour":
        return datetime.fromtimestamp(int(value) * HOUR_S, UTC).strftime(HOUR)
    return str(value) if value else NONE


def _sums(row: Row[Any], by: Sequence[By], quantities: Sequence[str]) -> Sums:
    found = row._mapping
    exchanges, *_ = _measures(by, quantities)
    # PostgreSQL adds up large numbers as decimal ones.
    answers, attempts, failed = (int(found[name]) for name in (exchanges, "attempts", "failed"))
    sums = Sums("", answers, attempts, failed, float(found["latency_s"]))
    for name in quantities:
        known = int(found[f"{name}_known"])
        sums.unknown[name] = sums.attempts - known
        if known:
            sums.known[name] = Range(*(float(found[end.format(name)]) for end in ENDS))
    sums.tokens.update({name: int(found[name]) for name in TOKENS})
    sums.tiers.update({tier.value: int(found[f"tier_{tier.value}"]) for tier in Tier})
    return sums
