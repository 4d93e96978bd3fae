"""Rows of usage: every attempt of a span with its exchange, one by one, as a report adds them up. It adds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, CORRECTIONS, ENDS, EXCHANGES, QUANTITIES
from shoal.stores.usage_lines import TOKENS
from shoal.stores.usage_sums import Span

READ_ROWS = 1000
MOST_IDS = 500
OF_EXCHANGE = ("tenant", "key_id", "team", "user", "tags")
OF_ATTEMPT = (
    *("position", "model", "host", "purpose", "outcome", "retry", "pieces"),
    *(*TOKENS, "estimated"),
    *("latency_s", "cpu_s", "concurrency", "measured_j"),
    *("tier", "facts", "method", "zone", "grid_gco2e_per_kwh"),
    *(end.format(name) for name in QUANTITIES for end in ENDS),
)
ALONE = ("id", "started", "asked", "model", "reason", "outcome", "latency_s", "delivered", "impacts")
COLUMNS = ("exchange_id", "started", *OF_EXCHANGE, *OF_ATTEMPT)


@dataclass(frozen=True, slots=True)
class Rows:
    """All that is written of one exchange: its row, its attempts, and its corrections with what they replaced."""

    exchange: Mapping[str, Any]
    attempts: list[Mapping[str, Any]]
    corrections: list[Mapping[str, Any]]


def rows_of(database: Database, exchange_id: str) -> Rows | None:
    """The rows of that exchange; None where there is none."""
    of_attempts = select(*(ATTEMPTS.c[name] for name in OF_ATTEMPT)).where(ATTEMPTS.c.exchange_id == exchange_id)
    corrected = select(CORRECTIONS).where(CORRECTIONS.c.exchange_id == exchange_id)
    columns = [EXCHANGES.c[name] for name in (*ALONE, *OF_EXCHANGE)]
    with database.engine.connect() as connection:
        row = connection.execute(select(*columns).where(EXCHANGES.c.id == exchange_id)).first()
        if row is None:
            return None
        attempts = connection.execute(of_attempts.order_by(ATTEMPTS.c.position)).all()
        corrections = connection.execute(corrected.order_by(CORRECTIONS.c.revision)).all()
    return Rows(
        dict(row._mapping), [dict(each._mapping) for each in attempts], [dict(each._mapping) for each in corrections]
    )


def attempt_of(row: Mapping[str, Any]) -> Attempt:
    """The attempt of such a row, as it was before it was metered."""
    usage = Usage(**{name: row[name] for name in (*TOKENS, "cpu_s")}, estimated=bool(row["estimated"]))
    names = ("model", "host", "retry", "outcome", "pieces", "latency_s", "concurrency", "measured_j", "facts")
    return Attempt(
        **{name: row[name] for name in names},
        purpose=Purpose(row["purpose"]),
        started=row.get("started", 0.0),
        usage=usage,
    )


def ids_of(database: Database, span: Span) -> Iterator[str]:
    """The ids of the exchanges begun in the span, in no order, as they are asked for."""
    chosen = select(EXCHANGES.c.id).where(EXCHANGES.c.started >= span.begin, EXCHANGES.c.started < span.end)
    if span.tenant is not None:
        chosen = chosen.where(EXCHANGES.c.tenant == span.tenant)
    with database.engine.connect() as connection:
        yield from connection.execution_options(yield_per=READ_ROWS).execute(chosen).scalars()


def attempts_of(database: Database, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """The attempts of these exchanges, in order; none for an exchange that is not there."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ids}
    columns = [ATTEMPTS.c.exchange_id, ATTEMPTS.c.started, *(ATTEMPTS.c[name] for name in OF_ATTEMPT)]
    with database.engine.connect() as connection:
        for first in range(0, len(ids), MOST_IDS):
            chosen = select(*columns).where(ATTEMPTS.c.exchange_id.in_(ids[first : first + MOST_IDS]))
            for row in connection.execute(chosen.order_by(ATTEMPTS.c.exchange_id, ATTEMPTS.c.position)):
                found[row.exchange_id].append(dict(row._mapping))
    return found


def usage_rows(database: Database, span: Span) -> Iterator[Mapping[str, Any]]:
    """The attempts of exchanges begun in the span, by COLUMNS, in the order of time; an exchange without an attempt is
    one row with no position. Read as they are asked for: however many there are, few are in memory."""
    columns = [
        *(EXCHANGES.c.id.label("exchange_id"), EXCHANGES.c.started),
        *(EXCHANGES.c[name] for name in OF_EXCHANGE),
        *(ATTEMPTS.c[name] for name in OF_ATTEMPT),
    ]
    chosen = select(*columns).where(EXCHANGES.c.started >= span.begin, EXCHANGES.c.started < span.end)
    if span.tenant is not None:
        chosen = chosen.where(EXCHANGES.c.tenant == span.tenant)
    joined = chosen.select_from(EXCHANGES.outerjoin(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id))
    with database.engine.connect() as connection:
        streamed = connection.execution_options(yield_per=READ_ROWS)
        for row in streamed.execute(joined.order_by(EXCHANGES.c.started, EXCHANGES.c.id, ATTEMPTS.c.position)):
            yield dict(zip(COLUMNS, row, strict=True))
