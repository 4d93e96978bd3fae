"""Live readings of grids, by the version of the facts that they are part of. It asks no service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from sqlalchemy import Column, Float, MetaData, String, Table, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.errors import StorageError
from shoal.stores.database import Database, upsert

_METADATA = MetaData()
KEY = ("facts", "zone", "quantity")
GRID_READINGS = Table(
    "grid_readings",
    _METADATA,
    *(Column(name, String, primary_key=True) for name in KEY),
    *(Column(name, Float) for name in ("gco2e_per_kwh", "read_at")),
    Column("source", String),
)


@dataclass(frozen=True, slots=True)
class GridReading:
    """What the grid of a `zone` of the facts emitted ("average" or "marginal") at `read_at` (Unix seconds), as the
    version `facts` has it."""

    facts: str
    zone: str
    quantity: str
    gco2e_per_kwh: float
    read_at: float
    source: str


class SqlGridReadings:
    """The readings in the database."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def put(self, rows: Sequence[GridReading]) -> None:
        """Adds those that are not there yet. Raises StorageError where the database cannot be written now."""
        names = [each.name for each in fields(GridReading)]
        values = [dict(zip(names, astuple(row), strict=True)) for row in rows]
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    upsert(self._engine, GRID_READINGS).on_conflict_do_nothing(index_elements=KEY), values
                )
        except SQLAlchemyError as error:
            raise StorageError(f"grid readings cannot be written ({type(error).__name__}): tried again later") from None

    def of(self, facts: str) -> list[GridReading]:
        """Those of a version of the facts."""
        chosen = select(GRID_READINGS).where(GRID_READINGS.c.facts == facts).order_by(*KEY)
        with self._engine.connect() as connection:
            return [GridReading(**each._mapping) for each in connection.execute(chosen)]
