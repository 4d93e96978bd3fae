"""Lines of usage: the ledger as one line per attempt, in the columns that reports add up. It adds nothing itself.

An exchange without an attempt is one line too. So that exchanges are counted once whatever the lines are grouped by,
a line says whether it is the first of its exchange, and the first there of its model, host and purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Dialect,
    Float,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    true,
)

from shoal.stores.ledger import ATTEMPTS, ENDS, EXCHANGES, QUANTITIES
from shoal.stores.usage_marks import HOUR_S, STEP_S

# Each quantity of a report, and the columns of an attempt that add up to it.
SUMMED: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in QUANTITIES},
    "carbon_gco2e": ("usage_gco2e", "embodied_gco2e"),
}
# What lines may be grouped by. The first are of the exchange; of an attempt there is none where nothing was called.
OF_EXCHANGE = ("tenant", "key_id", "team", "user")
OF_ATTEMPT = ("model", "host", "purpose", "tier", "facts", "method", "zone")
DIMENSIONS = (*OF_EXCHANGE, *OF_ATTEMPT)
# An exchange may have lines of several of these: which is the first of each is told apart.
FIRSTS = ("model", "host", "purpose")
TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")
COUNTS = ("exchanges", *(f"exchanges_{name}" for name in FIRSTS), "attempts", "failed", *TOKENS)
# Of how many lines a quantity is known, and its ends.
KNOWN = {f"{name}_known": name for name in SUMMED}
SUMMED_ENDS = {end.format(name): (name, end) for name in SUMMED for end in ENDS}
FLOATS = ("latency_s", "cpu_s", *SUMMED_ENDS)
MEASURES = (*COUNTS, *KNOWN, *FLOATS)
# Where a dimension has no value.
NONE = ""


def lines(
    begin: float | BindParameter[float],
    end: float | BindParameter[float],
    tenant: str | None = None,
    *,
    columns: Iterable[str] = ("hour", *DIMENSIONS, *MEASURES),
    tagged: Dialect | None = None,
) -> Select[tuple[Any, ...]]:
    """The lines of exchanges begun in [begin, end) (Unix seconds), with these columns: "hour", "step", "tag",
    DIMENSIONS and MEASURES. With `tagged`, the database's dialect, an exchange has its lines under each of its tags
    ("name=value")."""
    chosen = [EXCHANGES.c.started >= begin, EXCHANGES.c.started < end]
    if tenant is not None:
        chosen.append(EXCHANGES.c.tenant == tenant)
    source, tag = _tagged(tagged) if tagged is not None else (EXCHANGES, literal(NONE))
    joined = source.outerjoin(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id)
    made = [(tag if name == "tag" else _column(name)).label(name) for name in columns]
    return select(*made).select_from(joined).where(and_(*chosen))


def _tagged(dialect: Dialect) -> tuple[FromClause, ColumnElement[str]]:
    each = func.json_each if dialect.name == "sqlite" else func.json_each_text
    tags = each(EXCHANGES.c.tags).table_valued(Column("key", String), Column("value", String), name="tag_of")
    tag = case((tags.c.key.is_(None), literal(NONE)), else_=tags.c.key + "=" + cast(tags.c.value, String))
    return EXCHANGES.outerjoin(tags, true()), tag


def _column(name: str) -> ColumnElement[Any]:
    if name == "hour":
        return cast(EXCHANGES.c.started // HOUR_S, Integer)
    if name == "step":  # whole seconds first: a quotient of floats may be rounded up to the next step
        return cast(EXCHANGES.c.started // 1, Integer) // STEP_S
    if name in DIMENSIONS:
        return func.coalesce((EXCHANGES if name in OF_EXCHANGE else ATTEMPTS).c[name], NONE)
    if name in KNOWN:
        return case((_whole(KNOWN[name], "{}").is_(None), 0), else_=1)
    if name in SUMMED_ENDS:
        return func.coalesce(_whole(*SUMMED_ENDS[name]), 0.0)
    return _count(name)


def _count(name: str) -> ColumnElement[Any]:
    if name == "exchanges":
        return _first()
    if name.startswith("exchanges_"):
        return _first(name.removeprefix("exchanges_"))
    if name == "attempts":
        return case((ATTEMPTS.c.position.is_(None), 0), else_=1)
    if name == "failed":
        return case((ATTEMPTS.c.outcome == "ok", 0), (ATTEMPTS.c.position.is_(None), 0), else_=1)
    return func.coalesce(ATTEMPTS.c[name], 0)


def _first(dimension: str | None = None) -> ColumnElement[int]:
    """1 for the first line of an exchange, or its first with this line's value; else 0. Positions begin with 0."""
    at_first = func.coalesce(ATTEMPTS.c.position, 0) == 0
    if dimension is None:
        return case((at_first, 1), else_=0)
    earlier = ATTEMPTS.alias(f"earlier_{dimension}")
    before = (
        earlier.c.exchange_id == ATTEMPTS.c.exchange_id,
        earlier.c.position < ATTEMPTS.c.position,
        earlier.c[dimension] == ATTEMPTS.c[dimension],
    )
    return case((at_first, 1), (exists(literal(1)).where(*before).correlate(ATTEMPTS), 0), else_=1)


def _whole(name: str, end: str) -> ColumnElement[float]:
    """One end of a quantity of an attempt: null where any of its parts is."""
    first, *rest = (cast(ATTEMPTS.c[end.format(part)], Float) for part in SUMMED[name])
    whole: ColumnElement[float] = first
    for part in rest:
        whole = whole + part
    return whole
