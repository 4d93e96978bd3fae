"""The line of idle energy: per hour, what a machine drew and no request caused. It knows no request and no counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.errors import StorageError
from shoal.impacts import Impacts, Range
from shoal.stores.database import Database, upsert

_METADATA = MetaData()
QUANTITIES = ("energy_wh", "usage_gco2e", "market_gco2e", "marginal_gco2e", "water_ml")
ENDS = ("{}_low", "{}", "{}_high")
KEY = ("hour", "process", "counters", "facts")
IDLE_ENERGY = Table(
    "idle_energy",
    _METADATA,
    Column("hour", Integer, primary_key=True),
    *(Column(name, String, primary_key=True) for name in ("process", "counters", "facts")),
    *(Column(name, String) for name in ("zone", "method")),
    Column("grid_gco2e_per_kwh", Float),
    Column("windows", Integer),
    *(Column(name, Float) for name in ("seconds", "lost_s", "counted_j", "idle_j")),
    *(Column(end.format(name), Float) for name in QUANTITIES for end in ENDS),
)


@dataclass(frozen=True, slots=True)
class IdleRow:
    """One hour (Unix seconds of its begin) of one process and kind of counters ("cpu", "gpu"), under one version of the
    factors. `counted_j` are all joules of the machines, `idle_j` those that no request caused, both without the
    building; `impacts` what the idle ones mean. What is written again under the same key replaces the row: a process
    knows the sums of its own hours."""

    hour: int
    process: str
    counters: str
    facts: str
    zone: str
    method: str
    grid_gco2e_per_kwh: float
    windows: int
    seconds: float
    lost_s: float
    counted_j: float
    idle_j: float
    impacts: Impacts


class SqlIdleEnergy:
    """The rows in the database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def put(self, rows: Sequence[IdleRow]) -> None:
        """Writes the rows, or writes them again. Raises StorageError where the database cannot be written now."""
        if not rows:
            return
        statement = upsert(self._engine, IDLE_ENERGY)
        fresh = {column.name: statement.excluded[column.name] for column in IDLE_ENERGY.c if column.name not in KEY}
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    statement.on_conflict_do_update(index_elements=KEY, set_=fresh), [_values(row) for row in rows]
                )
        except SQLAlchemyError as error:
            raise StorageError(f"idle energy cannot be written ({type(error).__name__}): it is tried again") from None

    def between(self, begin: float, end: float) -> list[IdleRow]:
        """The hours that begin within [begin, end) (Unix seconds), the oldest first."""
        chosen = select(IDLE_ENERGY).where(IDLE_ENERGY.c.hour >= begin, IDLE_ENERGY.c.hour < end)
        with self._engine.connect() as connection:
            return [_row(dict(each._mapping)) for each in connection.execute(chosen.order_by(*KEY))]


def _values(row: IdleRow) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in row.__slots__ if name != "impacts"}
    for name in QUANTITIES:
        found: Range | None = getattr(row.impacts, name)
        ends = (None, None, None) if found is None else (found.low, found.expected, found.high)
        values |= {end.format(name): value for end, value in zip(ENDS, ends, strict=True)}
    return values


def _row(values: dict[str, object]) -> IdleRow:
    ranges: dict[str, Range | None] = {}
    for name in QUANTITIES:
        ends = [values.pop(end.format(name)) for end in ENDS]
        ranges[name] = None if ends[1] is None else Range(*ends)  # type: ignore[arg-type]
    return IdleRow(**values, impacts=Impacts(**ranges))  # type: ignore[arg-type]
