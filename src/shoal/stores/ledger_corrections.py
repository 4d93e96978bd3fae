"""Corrections: what rows of the ledger said before they were replaced, appended and never overwritten. It does not know
why they are corrected."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from shoal.stores.ledger_rows import ATTEMPTS, CORRECTIONS, EXCHANGES

# Databases take so many values in one statement.
MOST_IDS = 500
# The rows of one exchange by the position of the attempt, -1 for the exchange's own: the values by column.
Rows = dict[int, dict[str, Any]]


def rows_of(connection: Connection, ids: Sequence[str]) -> dict[str, Rows]:
    """What is written of these exchanges, with those of their attempts."""
    found: dict[str, Rows] = {}
    for some in in_parts(ids):
        for row in connection.execute(select(EXCHANGES).where(EXCHANGES.c.id.in_(some))):
            found[row.id] = {-1: dict(row._mapping)}
        for row in connection.execute(select(ATTEMPTS).where(ATTEMPTS.c.exchange_id.in_(some))):
            if row.exchange_id in found:
                found[row.exchange_id][row.position] = dict(row._mapping)
    return found


def keep_earlier(connection: Connection, before: Mapping[str, Rows], causes: Mapping[str, str]) -> None:
    """Appends the earlier values of what has changed in these exchanges since `before`, each with its cause."""
    now = rows_of(connection, list(before))
    changed = {name: _changed(rows, now[name]) for name, rows in before.items()}
    last = _revisions(connection, [name for name, was in changed.items() if was])
    rows = [
        {"exchange_id": name, "revision": last.get(name, 0) + 1, "at": time.time(), "cause": causes[name], "was": was}
        for name, was in changed.items()
        if was
    ]
    if rows:
        connection.execute(insert(CORRECTIONS), rows)


def in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids, MOST_IDS at a time."""
    for first in range(0, len(ids), MOST_IDS):
        yield ids[first : first + MOST_IDS]


def _revisions(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    counted = select(CORRECTIONS.c.exchange_id, func.max(CORRECTIONS.c.revision)).group_by(CORRECTIONS.c.exchange_id)
    last: dict[str, int] = {}
    for some in in_parts(ids):
        found = connection.execute(counted.where(CORRECTIONS.c.exchange_id.in_(some)))
        last.update({row[0]: row[1] for row in found})
    return last


def _changed(before: Rows, now: Rows) -> dict[str, Any]:
    """The earlier values of what changed: of the exchange, and of its attempts by their position."""
    was: dict[str, Any] = {}
    for position, row in before.items():
        new = now.get(position, {})
        changed = {name: value for name, value in row.items() if new.get(name) != value}
        if changed:
            was["exchange" if position < 0 else str(position)] = changed
    return was
