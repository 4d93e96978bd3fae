"""Marks: the hours whose roll-ups do not hold yet what was written down. It knows no roll-up and no exchange.

Who writes, corrects or erases exchanges marks their hours in the same transaction. Each mark is a row of its own, so
writers never wait for each other, and a roll-up takes away only the marks that it has seen: what came meanwhile stays
marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import randbits
from typing import Protocol

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, insert

USAGE_MARKS = Table(
    "usage_marks",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, nullable=False),
)
HOUR_S = 3600
BITS = 62


class Begun(Protocol):
    """What was begun at some time: Unix seconds."""

    @property
    def started(self) -> float: ...


def hour_of(time: float) -> int:
    """The hour since 1970 (UTC) that a Unix time in seconds lies in."""
    return int(time // HOUR_S)


def roll_up(connection: Connection, batch: Iterable[Begun]) -> None:
    """Marks the hours of exchanges that are written, corrected or removed in this transaction."""
    mark(connection, {hour_of(each.started) for each in batch})


def mark(connection: Connection, hours: Iterable[int]) -> None:
    """Marks these hours in this transaction. A number at random cannot come twice, as a counted one can after rows were
    removed."""
    rows = [{"id": randbits(BITS), "hour": hour} for hour in sorted(set(hours))]
    if rows:
        connection.execute(insert(USAGE_MARKS), rows)
