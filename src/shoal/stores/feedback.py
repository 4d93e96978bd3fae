"""Feedback at rest: ratings and outcomes to be counted, and sealed bytes of what was said. It cannot read those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, String, Table, func, insert, select, update

from shoal.stores import day_keys
from shoal.stores.database import Database
from shoal.stores.day_keys import DayKey

FEEDBACK = Table(
    "feedback",
    MetaData(),
    *(Column(name, String) for name in ("id", "exchange_id", "tenant")),
    Column("day", Integer),
    *(Column(name, String) for name in ("key_id", "person")),
    Column("at", Float),
    *(Column(name, String) for name in ("rating", "outcome")),
    Column("sealed", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One feedback; `at` is Unix time in seconds, `day` that of the key that `sealed` is sealed with."""

    id: str
    exchange_id: str
    tenant: str
    day: int
    key_id: str
    person: str | None
    at: float
    rating: str | None
    outcome: str | None
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """How many feedbacks were given, to how many exchanges, and how many exchanges have which rating and outcome: of
    each exchange the last one counts."""

    given: int
    exchanges: int
    ratings: dict[str, int]
    outcomes: dict[str, int]


class SqlFeedback:
    """Feedback in the database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def add(self, row: FeedbackRow) -> None:
        """Adds feedback without text."""
        with self._engine.begin() as connection:
            connection.execute(insert(FEEDBACK), _values(row))

    def add_sealed(self, made: DayKey, sealing: Callable[[bytes], FeedbackRow]) -> None:
        """Adds what `sealing` makes with the wrapped key of the day, which is `made` if there is none yet."""
        with self._engine.begin() as connection:
            row = sealing(day_keys.ensure(connection, made))
            connection.execute(insert(FEEDBACK), _values(row))

    def of(self, exchange_id: str, tenant: str) -> list[tuple[FeedbackRow, bytes | None]]:
        """The feedback to an exchange, oldest first, each with the wrapped key of its day where that is still there."""
        wanted = (FEEDBACK.c.exchange_id == exchange_id) & (FEEDBACK.c.tenant == tenant)
        with self._engine.connect() as connection:
            rows = connection.execute(select(FEEDBACK).where(wanted).order_by(FEEDBACK.c.at, FEEDBACK.c.id)).all()
            return [(FeedbackRow(*tuple(row)), day_keys.find(connection, row.tenant, row.day)) for row in rows]

    def number(self, exchange_id: str, tenant: str) -> int:
        """How many an exchange has."""
        wanted = (FEEDBACK.c.exchange_id == exchange_id) & (FEEDBACK.c.tenant == tenant)
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(FEEDBACK).where(wanted)).scalar_one())

    def given(self, tenant: str, since: float) -> list[FeedbackRow]:
        """The feedback that was given to a tenant's exchanges since then (Unix seconds), oldest first."""
        wanted = (FEEDBACK.c.tenant == tenant) & (FEEDBACK.c.at >= since)
        with self._engine.connect() as connection:
            rows = connection.execute(select(FEEDBACK).where(wanted).order_by(FEEDBACK.c.at, FEEDBACK.c.id))
            return [FeedbackRow(*tuple(row)) for row in rows]

    def sweep(self) -> int:
        """Removes sealed text whose key is gone, and leaves the rest of the row; returns how many."""
        dead = FEEDBACK.c.sealed.is_not(None) & day_keys.without_key(FEEDBACK)
        with self._engine.begin() as connection:
            return connection.execute(update(FEEDBACK).where(dead).values(sealed=None)).rowcount

    def counts(self, since: float, tenant: str | None = None) -> FeedbackCounts:
        """What was said since then (Unix seconds); of all tenants where none is named."""
        wanted = FEEDBACK.c.at >= since
        if tenant is not None:
            wanted &= FEEDBACK.c.tenant == tenant
        query = select(func.count(), func.count(func.distinct(FEEDBACK.c.exchange_id))).where(wanted)
        with self._engine.connect() as connection:
            given, exchanges = connection.execute(query).one()
            last = {}
            for column in (FEEDBACK.c.rating, FEEDBACK.c.outcome):
                order = (FEEDBACK.c.at.desc(), FEEDBACK.c.id.desc())
                place = func.row_number().over(partition_by=FEEDBACK.c.exchange_id, order_by=order)
                ranked = select(column.label("said"), place.label("place")).where(wanted & column.is_not(None))
                of_each = ranked.subquery()
                counted = select(of_each.c.said, func.count()).where(of_each.c.place == 1).group_by(of_each.c.said)
                last[column.name] = {said: int(count) for said, count in connection.execute(counted)}
        return FeedbackCounts(int(given), int(exchanges), last["rating"], last["outcome"])


def _values(row: FeedbackRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in FeedbackRow.__slots__}
