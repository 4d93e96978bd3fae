"""Marks: the hours and steps of them whose roll-ups do not hold yet what was written down. It knows no roll-up and no
exchange.

Who writes, corrects or erases exchanges marks their steps in the same transaction. Each mark is a row of its own, so
writers never wait for each other, and a roll-up takes away only the marks that it has seen: what came meanwhile stays
marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from secrets import randbits
from typing import Protocol

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, delete, insert

# A mark with a step: the sums of that step and of its hour do not hold. With ALONE: those of the hour alone. With null:
# those of the hour and of all its steps.
USAGE_MARKS = Table(
    "usage_marks",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, nullable=False),
    Column("step", Integer),
)
HOUR_S = 3600
# A step of an hour that is still open is added up by itself.
STEP_S = 120
STEPS = HOUR_S // STEP_S
ALONE = -1
BITS = 62
BATCH_ROWS = 500


class Begun(Protocol):
    """What was begun at some time: Unix seconds."""

    @property
    def started(self) -> float: ...


def hour_of(time: float) -> int:
    """The hour since 1970 (UTC) that a Unix time in seconds lies in."""
    return int(time // HOUR_S)


def step_of(time: float) -> int:
    """The step since 1970 (UTC) that a Unix time in seconds lies in."""
    return int(time // STEP_S)


def roll_up(connection: Connection, batch: Iterable[Begun]) -> None:
    """Marks the steps of exchanges that are written, corrected or removed in this transaction."""
    _put(connection, [(step // STEPS, step) for step in sorted({step_of(each.started) for each in batch})])


def mark(connection: Connection, hours: Iterable[int]) -> None:
    """Marks these hours with all their steps in this transaction."""
    _put(connection, [(hour, None) for hour in sorted(set(hours))])


def mark_alone(connection: Connection, hour: int) -> None:
    """Marks the hour and none of its steps."""
    _put(connection, [(hour, ALONE)])


def take_away(connection: Connection, marks: Sequence[int]) -> bool:
    """Removes these marks, by their ids; whether all of them were there."""
    parts = (marks[at : at + BATCH_ROWS] for at in range(0, len(marks), BATCH_ROWS))
    removed = (connection.execute(delete(USAGE_MARKS).where(USAGE_MARKS.c.id.in_(part))).rowcount for part in parts)
    return sum(removed) == len(marks)


def _put(connection: Connection, marks: Iterable[tuple[int, int | None]]) -> None:
    # A number at random cannot come twice, as a counted one can after rows were removed.
    rows = [{"id": randbits(BITS), "hour": hour, "step": step} for hour, step in marks]
    if rows:
        connection.execute(insert(USAGE_MARKS), rows)
