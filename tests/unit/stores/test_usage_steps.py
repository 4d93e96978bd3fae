"""Steps of an hour that is still open: added up once they have ended, anew where something came later, and gone with
the hour; reports are the same as from the rows, whoever adds up meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shoal.stores.database import Database
from shoal.stores.usage_cover import MOST_RUNS, in_steps
from shoal.stores.usage_hours import drop, marked, refresh, snapshot
from shoal.stores.usage_marks import HOUR_S, STEP_S, STEPS, mark
from shoal.stores.usage_steps import GRACE_S, holding
from shoal.stores.usage_sums import Span, grouped
from shoal.stores.usage_tables import USAGE_HOURS, USAGE_STEPS, USAGE_STEPS_HELD
from tests.unit.stores.test_usage_hours import Row, Try, meanwhile, remove, write

HOUR = 57
FIRST = HOUR * STEPS


def at(step: float) -> float:
    """A moment in the hour, by steps."""
    return HOUR * HOUR_S + step * STEP_S


def row(number: int, step: float, tenant: str = "north") -> Row:
    return Row(number, at(step), tenant, "k1", None, (("a", "x"),), (Try("small", "ok", "modelled", 1.0),))


def of_steps(database: Database) -> list[tuple[int, int]]:
    """The sums that are there: step of the hour, and attempts."""
    with snapshot(database.engine) as connection:
        chosen = select(USAGE_STEPS.c.step, USAGE_STEPS.c.attempts).order_by(USAGE_STEPS.c.step)
        return [(step - FIRST, attempts) for step, attempts in connection.execute(chosen)]


def held(database: Database) -> list[int]:
    """The steps of the hour whose sums hold."""
    with snapshot(database.engine) as connection:
        return sorted(step - FIRST for step in holding(connection))


def attempts(database: Database, begin: float = 0.0, end: float = float("inf")) -> int:
    found = grouped(database, (), Span(begin, end)).get(())
    return 0 if found is None else found.attempts


@pytest.mark.parametrize(
    ("stretch", "holding", "steps", "rest"),
    [
        ((0.0, 600.0), (), [], [(0.0, 600.0)]),
        ((0.0, 600.0), (0, 1, 3), [(0, 2), (3, 4)], [(240.0, 360.0), (480.0, 600.0)]),
        ((0.0, 600.0), range(5), [(0, 5)], []),
        ((60.0, 500.0), range(9), [(1, 4)], [(60.0, 120.0), (480.0, 500.0)]),
        ((130.0, 230.0), range(9), [], [(130.0, 230.0)]),
        ((0.0, 1e6), range(0, 4 * MOST_RUNS, 2), [], [(0.0, 1e6)]),
    ],
)
def test_a_stretch_in_steps(
    stretch: tuple[float, float], holding: range, steps: list[tuple[int, int]], rest: list[tuple[float, float]]
) -> None:
    assert in_steps(*stretch, holding) == (steps, rest)


def test_steps_that_ended_are_added_up_and_read(database: Database) -> None:
    write(database, [row(1, 0.5), row(2, 0.9), row(3, 2.5), row(4, 4.2)])
    assert refresh(database, at(4.5)) == 0
    assert (of_steps(database), held(database)) == ([(0, 2), (2, 1)], [0, 1, 2, 3])
    assert attempts(database) == 4
    assert attempts(database, at(0.7)) == 3
    assert attempts(database, at(0), at(3)) == 3
    assert {name: sums.attempts for name, sums in grouped(database, ("tag",), Span()).items()} == {("a=x",): 4}
    with snapshot(database.engine) as connection:
        assert marked(connection) == [HOUR]


def test_a_step_is_left_until_what_is_late_has_come(database: Database) -> None:
    write(database, [row(1, 0.5)])
    refresh(database, at(1) + GRACE_S - 1)
    assert held(database) == []
    refresh(database, at(1) + GRACE_S)
    assert held(database) == [0]


def test_what_comes_later_is_read_from_the_rows_and_then_added_up(database: Database) -> None:
    write(database, [row(1, 0.5), row(2, 1.5)])
    refresh(database, at(3))
    write(database, [row(3, 0.6)])
    assert (held(database), attempts(database)) == ([1], 3)
    refresh(database, at(3))
    assert (of_steps(database), held(database), attempts(database)) == ([(0, 2), (1, 1)], [0, 1], 3)


def test_steps_go_when_their_hour_is_added_up(database: Database) -> None:
    write(database, [row(1, 0.5), row(2, 28.5), row(3, 29.9)])
    refresh(database, at(29.5))
    assert of_steps(database) == [(0, 1), (28, 1)]
    assert refresh(database, at(STEPS + 1)) == 1
    assert (of_steps(database), held(database), attempts(database)) == ([], [], 3)
    with snapshot(database.engine) as connection:
        assert connection.execute(select(USAGE_HOURS.c.hour, USAGE_HOURS.c.attempts)).all() == [(HOUR, 3)]
        assert connection.execute(select(USAGE_STEPS_HELD)).all() == []
        assert marked(connection) == []


def test_an_hour_that_a_gateway_of_an_earlier_version_marked_is_added_up_anew(database: Database) -> None:
    """Such a gateway names no step, and may have written into any."""
    write(database, [row(1, 0.5), row(2, 1.5)])
    refresh(database, at(3))
    with database.engine.begin() as connection:
        mark(connection, [HOUR])
    assert (held(database), attempts(database)) == ([], 2)
    refresh(database, at(3))
    assert (held(database), attempts(database)) == ([0, 1], 2)


def test_a_clock_that_was_ahead(database: Database) -> None:
    write(database, [row(1, 0.5), row(2, 5.5)])
    refresh(database, at(8))
    with database.engine.begin() as connection:
        mark(connection, [HOUR])
    refresh(database, at(3))
    assert (of_steps(database), attempts(database)) == ([(0, 1), (5, 1)], 2)


def test_erased_rows_leave_no_sums(database: Database) -> None:
    rows = [row(1, 0.5), row(2, 0.6, "south")]
    write(database, rows)
    refresh(database, at(3))
    with database.engine.begin() as connection:
        drop(connection, [HOUR])
    assert of_steps(database) == []
    remove(database, rows[:1])
    refresh(database, at(3))
    assert (of_steps(database), attempts(database)) == ([(0, 1)], 1)


@pytest.mark.parametrize("step", [0.6, 1.5])
def test_a_step_that_is_written_to_meanwhile_does_not_hold(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    write(database, [row(1, 0.5)])
    meanwhile(monkeypatch, lambda: write(database, [row(2, step)]))
    refresh(database, at(3))
    assert attempts(database) == 2
    assert int(step) not in held(database)
    refresh(database, at(3))
    assert (held(database), attempts(database)) == ([0, 1], 2)


@pytest.mark.parametrize("step", [0.6, 1.5])
@pytest.mark.parametrize("now", [3, STEPS + 1])
def test_what_somebody_else_added_up_meanwhile_is_not_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: float, now: float
) -> None:
    """A second step, empty when it was read, and an hour that ended in between too."""

    def other() -> None:
        write(database, [row(2, step)])
        refresh(database, at(now))

    write(database, [row(1, 0.5)])
    meanwhile(monkeypatch, other)
    refresh(database, at(3))
    assert attempts(database) == attempts(database, at(0), at(STEPS - 1)) == 2
