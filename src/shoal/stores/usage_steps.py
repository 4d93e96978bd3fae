"""Roll-ups of an hour that is still open, by steps: each is added up soon after it has ended, so that a report reads
few rows, however many an hour has. They go when their hour is added up.

A step's sums hold where the step was added up and is not marked; what else there is of the hour is read from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Engine, Float, Select, Table, bindparam, delete, func, insert, or_, select

from shoal.stores.usage_cover import in_steps, runs
from shoal.stores.usage_lines import MEASURES, lines
from shoal.stores.usage_marks import ALONE, STEP_S, STEPS, USAGE_MARKS, mark_alone, take_away
from shoal.stores.usage_tables import STEPS_OF, USAGE_HOURS, USAGE_STEPS_HELD, USAGE_TAG_HOURS, keys_of

# How long after its end a step is taken for complete: what comes later has it added up once more.
GRACE_S = 30.0
Opening = Callable[[Engine], AbstractContextManager[Connection]]
Adding = Sequence[tuple[Table, Select[Any]]]


class _Due(NamedTuple):
    """Steps of an hour that are to be added up, and the marks that go with that."""

    steps: Sequence[int]
    marks: Sequence[int]


def holding(connection: Connection) -> frozenset[int]:
    """The steps whose sums hold."""
    held = frozenset(connection.execute(select(USAGE_STEPS_HELD.c.step)).scalars())
    if not held:
        return held
    first = min(held) // STEPS
    chosen = select(USAGE_MARKS.c.hour, USAGE_MARKS.c.step).distinct().where(USAGE_MARKS.c.hour >= first, _of_steps())
    found = connection.execute(chosen).all()
    hours, steps = {row.hour for row in found if row.step is None}, {row.step for row in found}
    return frozenset(step for step in held if step not in steps and step // STEPS not in hours)


def summed(
    table: Table,
    stretch: tuple[float, float],
    held: Collection[int],
    columns: Sequence[str],
    tenant: str | None = None,
    tagged: Dialect | None = None,
) -> Iterator[Select[Any]]:
    """The lines of a stretch of time (Unix seconds) by these columns: sums of steps in `held`, and rows for the rest.
    `table` is the one of hours that they would be of."""
    steps, rest = in_steps(*stretch, held)
    of_steps = STEPS_OF[table]
    for first, after in steps:
        chosen = select(*(of_steps.c[name] for name in columns))
        chosen = chosen.where(of_steps.c.step >= first, of_steps.c.step < after)
        yield chosen if tenant is None else chosen.where(of_steps.c.tenant == tenant)
    for begin, end in rest:
        yield lines(begin, end, tenant, columns=columns, tagged=tagged)


def adding(dialect: Dialect, *by: str) -> Adding:
    """How rows from "begin" to before "end" (Unix seconds) are added up, for each table of hours, `by` more keys."""
    span, found = (bindparam("begin", type_=Float), bindparam("end", type_=Float)), []
    for table, tagged in ((USAGE_HOURS, None), (USAGE_TAG_HOURS, dialect)):
        keys = (*by, *keys_of(table))
        found.append((table, total(lines(*span, columns=(*keys, *MEASURES), tagged=tagged), keys)))
    return found


def total(each: Any, keys: Sequence[str]) -> Select[Any]:
    """The sums of lines by these keys."""
    of = each.subquery()
    return select(*(of.c[name] for name in keys), *(func.sum(of.c[name]).label(name) for name in MEASURES)).group_by(
        *(of.c[name] for name in keys)
    )


def add_up_steps(engine: Engine, hour: int, until: int, snapshot: Opening, alone: Opening) -> int:
    """Adds up the steps of the hour before the step `until` that are marked or were never added up; returns how many:
    none where somebody else did it meanwhile. Reading holds no lock on the database."""
    with snapshot(engine) as connection:
        due = _due(connection, hour, until)
        if not due.steps or not due.marks:
            return 0
        sums = [
            (STEPS_OF[table], rows)
            for table, statement in adding(connection.dialect, "step")
            if (rows := list(_rows(connection, statement, due.steps)))
        ]
    with alone(engine) as connection:
        if not take_away(connection, due.marks):
            connection.rollback()
            return 0
        mark_alone(connection, hour)
        _remove(connection, due.steps)
        for table, rows in sums:
            connection.execute(insert(table), rows)
        connection.execute(insert(USAGE_STEPS_HELD), [{"step": step} for step in due.steps])
    return len(due.steps)


def drop_steps(connection: Connection, hours: Collection[int]) -> None:
    """Removes all sums of steps of these hours: as a rule there are none."""
    held = connection.execute(select(USAGE_STEPS_HELD.c.step)).scalars()
    _remove(connection, [step for step in held if step // STEPS in hours])


def _due(connection: Connection, hour: int, until: int) -> _Due:
    """Whoever adds steps of an hour up takes away every mark that it may, and leaves one: so of two who do it at once,
    one finds that its marks are gone."""
    first, after = hour * STEPS, min((hour + 1) * STEPS, until)
    found = connection.execute(select(USAGE_MARKS.c.id, USAGE_MARKS.c.step).where(USAGE_MARKS.c.hour == hour)).all()
    held = set(connection.execute(select(USAGE_STEPS_HELD.c.step)).scalars())
    marked = {row.step for row in found}
    steps = [step for step in range(first, after) if None in marked or step in marked or step not in held]
    if None in marked:  # by a clock that was ahead
        steps += [step for step in range(max(first, after), first + STEPS) if step in held]
    taken = {None, ALONE, *steps}
    return _Due(steps, [row.id for row in found if row.step in taken])


def _rows(connection: Connection, statement: Select[Any], steps: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    for first, after in runs(steps):
        span = {"begin": first * STEP_S, "end": after * STEP_S}
        for row in connection.execute(statement, span):
            yield {"hour": row.step // STEPS, **row._mapping}


def _remove(connection: Connection, steps: Sequence[int]) -> None:
    if not steps:
        return
    for table in (*STEPS_OF.values(), USAGE_STEPS_HELD):
        connection.execute(delete(table).where(table.c.step.in_(steps)))


def _of_steps() -> Any:
    """Marks that are of steps, too."""
    return or_(USAGE_MARKS.c.step.is_(None), USAGE_MARKS.c.step != ALONE)
