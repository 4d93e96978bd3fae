"""Roll-ups: whatever was written, corrected, removed and added up in whatever order, reports are sums of the rows."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.stores import usage_hours
from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, ENDS, EXCHANGES
from shoal.stores.usage_hours import Refresher, held, marked, refresh, snapshot
from shoal.stores.usage_lines import SUMMED
from shoal.stores.usage_marks import HOUR_S, USAGE_MARKS, mark, roll_up
from shoal.stores.usage_sums import By, Span, Sums, grouped
from shoal.stores.usage_tables import ROLL_UPS, USAGE_DAYS_HELD, USAGE_HOURS, USAGE_STEPS_HELD
from tests.waiting import until

# Hours of two days that have ended, and of a third that has not: the last hour is read by steps.
NOW = 57 * HOUR_S + 1800.0
HOURS = (0, 1, 23, 24, 30, 47, 48, 50, 57)


@dataclass(frozen=True)
class Try:
    model: str
    outcome: str
    tier: str | None
    wh: float | None


@dataclass(frozen=True)
class Row:
    """An exchange as it is written."""

    id: int
    started: float
    tenant: str
    key: str
    team: str | None
    tags: tuple[tuple[str, str], ...]
    tries: tuple[Try, ...]


tries = st.builds(
    Try,
    st.sampled_from(["small", "large"]),
    st.sampled_from(["ok", "host_cut"]),
    st.sampled_from(["modelled", "measured", None]),
    st.sampled_from([None, 0.25, 1.0]),
)
rows = st.builds(
    Row,
    st.integers(0, 10**9),
    # Some begin exactly with an hour, some in the last hour, which is still open; PostgreSQL takes no numbers so small
    # that they have lost digits.
    st.one_of(
        st.sampled_from(HOURS).map(lambda hour: hour * 3600.0),
        st.floats(0, NOW, allow_subnormal=False),
        st.floats(57 * HOUR_S, NOW),
    ),
    st.sampled_from(["north", "south"]),
    st.sampled_from(["k1", "k2"]),
    st.sampled_from([None, "team"]),
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=2, unique_by=lambda tag: tag[0]).map(
        tuple
    ),
    st.lists(tries, max_size=3).map(tuple),
)
batches = st.lists(rows, max_size=6, unique_by=lambda row: row.id)
# What is done, and whether all is added up after it.
steps = st.lists(st.tuples(st.one_of(batches, st.sampled_from(["correct", "erase"])), st.booleans()), max_size=5)
ends = st.one_of(
    st.sampled_from(HOURS).map(lambda hour: hour * 3600.0),
    st.floats(0, NOW, allow_subnormal=False),
    st.floats(57 * HOUR_S, NOW),
)
spans = st.tuples(ends, ends, st.sampled_from([None, "north"]))
BYS: tuple[By, ...] = ("model", "host", "key", "team", "tag", "tenant", "hour", "day")


def of_try(row: Row, at: int, each: Try) -> dict[str, Any]:
    found = {"exchange_id": f"ex_{row.id:010}", "position": at, "model": each.model, "host": f"at {each.model}"}
    found |= {"purpose": "answer", "started": row.started, "retry": 0, "outcome": each.outcome, "pieces": 1}
    found |= {"latency_s": 0.5, "prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 1, "reasoning_tokens": 0}
    found |= {"cpu_s": 0.0, "tier": each.tier, "facts": "v1", "method": "m"}
    for name in ("energy_wh", "usage_gco2e"):
        found |= {
            end.format(name): None if each.wh is None else each.wh * factor
            for end, factor in zip(ENDS, (1, 2, 4), strict=True)
        }
    return found | {end.format("embodied_gco2e"): 1.0 for end in ENDS}


def write(database: Database, batch: Sequence[Row]) -> None:
    """As the ledger does: rows and marks in one transaction."""
    exchanges = [
        {"id": f"ex_{row.id:010}", "tenant": row.tenant, "key_id": row.key, "asked": "auto", "outcome": "ok"}
        | {"started": row.started, "latency_s": 1.0, "streamed": False, "tags": dict(row.tags) or None}
        | {"team": row.team}
        for row in batch
    ]
    attempts = [of_try(row, at, each) for row in batch for at, each in enumerate(row.tries)]
    with database.engine.begin() as connection:
        for table, made in ((EXCHANGES, exchanges), (ATTEMPTS, attempts)):
            if made:
                connection.execute(insert(table), made)
        roll_up(connection, batch)


def remove(database: Database, removed: Sequence[Row]) -> None:
    with database.engine.begin() as connection:
        names = [f"ex_{row.id:010}" for row in removed]
        connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.exchange_id.in_(names)))
        connection.execute(delete(EXCHANGES).where(EXCHANGES.c.id.in_(names)))
        roll_up(connection, removed)


def empty(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in (ATTEMPTS, EXCHANGES, *ROLL_UPS, USAGE_DAYS_HELD, USAGE_STEPS_HELD, USAGE_MARKS):
            connection.execute(delete(table))


def names_of(by: By, row: Row) -> list[tuple[str, list[Try]]]:
    """The names that the exchange counts under, and its tries there."""
    if by == "tag":
        return [(f"{name}={value}", list(row.tries)) for name, value in row.tags] or [("none", list(row.tries))]
    if by in ("model", "host"):
        models: dict[str, list[Try]] = defaultdict(list)
        for each in row.tries:
            models[each.model if by == "model" else f"at {each.model}"].append(each)
        return list(models.items()) or [("none", [])]
    day, hour = divmod(int(row.started // HOUR_S), 24)
    named = {"key": row.key, "team": row.team or "none", "tenant": row.tenant, "day": f"1970-01-0{day + 1}"}
    return [(named.get(by, f"1970-01-0{day + 1}T{hour:02}:00Z"), list(row.tries))]


def expected(by: By, span: Span, written: Sequence[Row]) -> dict[str, tuple[Any, ...]]:
    """Exchanges, attempts, failed tries, energy, attempts without, those that were modelled, and carbon, one by one."""
    sums: dict[str, list[Any]] = defaultdict(lambda: [0, 0, 0, 0.0, 0, 0, 0.0])
    for row in written:
        if not span.begin <= row.started < span.end or span.tenant not in (None, row.tenant):
            continue
        for name, of_name in names_of(by, row):
            known = [each.wh for each in of_name if each.wh is not None]
            added = [1, len(of_name), sum(each.outcome != "ok" for each in of_name), sum(known) * 2]
            added += [len(of_name) - len(known), sum(each.tier == "modelled" for each in of_name)]
            added += [sum(known) * 4 + len(known)]
            sums[name] = [one + other for one, other in zip(sums[name], added, strict=True)]
    return {name: tuple(each) for name, each in sums.items()}


def told(found: dict[tuple[str, ...], Sums]) -> dict[str, tuple[Any, ...]]:
    def of(sums: Sums) -> tuple[Any, ...]:
        energy, carbon = sums.known.get("energy_wh"), sums.known.get("carbon_gco2e")
        return (
            *(sums.exchanges, sums.attempts, sums.failed, energy.expected if energy else 0.0),
            *(sums.unknown["energy_wh"], sums.tiers["modelled"], carbon.high if carbon else 0.0),
        )

    return {name: of(sums) for (name,), sums in found.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=steps, span=spans, bys=st.lists(st.sampled_from(BYS), min_size=2, max_size=2, unique=True))
def test_a_report_is_the_sum_of_the_rows(
    database: Database,
    steps: list[Any],
    span: tuple[float, float, str | None],
    bys: list[By],
) -> None:
    empty(database)
    written: dict[int, Row] = {}
    for step, added_up in steps:
        if step == "erase":
            gone = [row for row in written.values() if row.tenant == "north"]
            remove(database, gone)
            written = {name: row for name, row in written.items() if row not in gone}
        elif step == "correct":
            late = [row for row in written.values() if row.tries]
            remove(database, late)
            better = [
                replace(row, tries=tuple(replace(each, tier="measured", wh=1.0) for each in row.tries)) for row in late
            ]
            write(database, better)
            written |= {row.id: row for row in better}
        else:
            new = [row for row in step if row.id not in written]
            write(database, new)
            written |= {row.id: row for row in new}
        if added_up:
            refresh(database, NOW)
    chosen = Span(min(span[:2]), max(span[:2]), span[2])
    for by in bys:
        for over in (chosen, Span()):
            assert told(grouped(database, (by,), over)) == expected(by, over, list(written.values()))


def one(number: int, hour: float) -> Row:
    return Row(number, hour * HOUR_S, "north", "k1", None, (), (Try("small", "ok", "modelled", 1.0),))


def test_what_is_added_up_goes_into_json(database: Database) -> None:
    """PostgreSQL adds up large numbers as decimal ones, which no JSON holds."""
    write(database, [one(1, 3), one(2, 3.5), one(3, 57.4)])
    refresh(database, NOW)
    (sums,) = grouped(database, (), Span()).values()
    found = orjson.loads(orjson.dumps(sums.to_wire()))
    assert (found["exchanges"], found["attempts"], found["tiers"]) == (3, 3, {"modelled": 3})
    assert (type(sums.failed), type(sums.seconds)) == (int, float)


def test_only_ended_hours_are_added_up(database: Database) -> None:
    write(database, [one(1, 3), one(2, 3.5), one(3, 57.4)])
    assert refresh(database, NOW) == 1
    with snapshot(database.engine) as connection:
        assert marked(connection) == [57]
        assert held(connection) == [0]
        assert list(connection.execute(select(USAGE_HOURS.c.hour, USAGE_HOURS.c.attempts)).all()) == [(3, 2)]
    assert refresh(database, NOW) == 0


def test_a_late_row_marks_its_hour_anew(database: Database) -> None:
    write(database, [one(1, 3)])
    refresh(database, NOW)
    write(database, [one(2, 3.9)])
    with snapshot(database.engine) as connection:
        assert marked(connection) == [3]
    assert grouped(database, (), Span())[()].attempts == 2
    assert refresh(database, NOW) == 1
    assert grouped(database, (), Span())[()].attempts == 2


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Lets something happen once, after an hour or steps were read and before their sums are written."""
    alone = usage_hours._alone

    def later(engine: Engine) -> AbstractContextManager[Connection]:
        monkeypatch.undo()
        happens()
        return alone(engine)

    monkeypatch.setattr(usage_hours, "_alone", later)


def test_an_hour_that_is_written_to_meanwhile_stays_marked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write(database, [one(1, 3)])
    meanwhile(monkeypatch, lambda: write(database, [one(2, 3.5)]))
    assert refresh(database, NOW) == 1
    assert grouped(database, (), Span())[()].attempts == 2
    with snapshot(database.engine) as connection:
        assert (marked(connection), held(connection)) == ([3], [])


def test_what_somebody_else_added_up_meanwhile_is_not_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        write(database, [one(2, 3.5)])
        assert refresh(database, NOW) == 1

    write(database, [one(1, 3)])
    meanwhile(monkeypatch, other)
    assert refresh(database, NOW) == 0
    with snapshot(database.engine) as connection:
        assert connection.execute(select(USAGE_HOURS.c.attempts)).scalars().all() == [2]
    assert grouped(database, (), Span())[()].attempts == 2


def test_adding_up_much_can_be_stopped(database: Database) -> None:
    write(database, [one(hour, hour) for hour in range(5)])
    answers = iter([False, False, True, True, True])
    assert refresh(database, NOW, lambda: next(answers)) == 2
    with snapshot(database.engine) as connection:
        assert (marked(connection), held(connection)) == ([2, 3, 4], [])
    assert grouped(database, (), Span())[()].attempts == 5


def test_the_thread_adds_up_and_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_hours, "INTERVAL_S", 0.01)
    write(database, [one(1, 3)])
    refresher = Refresher(database)

    def added_up() -> bool:
        with snapshot(database.engine) as connection:
            return not marked(connection)

    until(added_up)
    refresher.close()
    with snapshot(database.engine) as connection:
        assert marked(connection) == []


def test_a_failure_is_told_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tried = threading.Event()

    def failing(*_: Any) -> int:
        if said:
            tried.set()
        said.append(1)
        raise SQLAlchemyError

    said: list[int] = []
    monkeypatch.setattr(usage_hours, "INTERVAL_S", 0.01)
    monkeypatch.setattr(usage_hours, "refresh", failing)
    refresher = Refresher(database)
    assert tried.wait(60)
    refresher.close()
    assert "usage_hours_not_refreshed" in "".join(capfd.readouterr())


def test_many_marked_hours_are_read_in_one_run(database: Database) -> None:
    write(database, [one(hour, hour) for hour in range(100)])
    refresh(database, 1000 * HOUR_S)
    with database.engine.begin() as connection:
        mark(connection, range(1, 99, 2))
    assert grouped(database, (), Span())[()].attempts == 100
    assert len(grouped(database, ("hour",), Span())) == 100


def test_a_quantity_that_nobody_asks_for_is_left_out(database: Database) -> None:
    write(database, [one(1, 3)])
    found = grouped(database, ("model",), Span(), ("energy_wh",))
    assert list(found["small",].known) == ["energy_wh"]
    assert set(SUMMED) - set(found["small",].known)


def test_two_names_at_once(database: Database) -> None:
    write(database, [one(1, 3), one(2, 30)])
    found = grouped(database, ("day", "model"), Span())
    assert {names: sums.attempts for names, sums in found.items()} == {
        ("1970-01-01", "small"): 1,
        ("1970-01-02", "small"): 1,
    }


def test_a_clock_that_steps_forth_and_back_counts_each_exchange_once(database: Database) -> None:
    one = Try("small", "ok", "modelled", 1.0)
    # What the clock said when each began, and when the hours were added up after it.
    said = [(57.5, 57.6), (60.5, 60.6), (57.7, 57.8), (55.2, 57.9), (61.1, 62.5), (57.9, 62.6)]
    for number, (begun, now) in enumerate(said, 1):
        write(database, [Row(number, begun * HOUR_S, "north", "k1", None, (), (one,))])
        refresh(database, now * HOUR_S)
        total = grouped(database, (), Span())[()]
        assert (total.exchanges, total.known["energy_wh"].low) == (number, number)
    by_hour = grouped(database, ("hour",), Span())
    assert [sums.exchanges for _, sums in sorted(by_hour.items())] == [1, 3, 1, 1]
    with snapshot(database.engine) as connection:
        assert marked(connection) == []
