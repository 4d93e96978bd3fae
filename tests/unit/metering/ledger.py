"""A ledger for tests of reports: exchanges and attempts with round figures, written as the ledger's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from shoal.stores.database import Database
from shoal.stores.ledger import ATTEMPTS, ENDS, EXCHANGES
from shoal.stores.usage_marks import mark

DAY = 86_400.0
# The expected values; low is half and high one and a half times as much.
TOOK = {
    **{"energy_wh": 2.0, "usage_gco2e": 2000.0, "embodied_gco2e": 200.0, "market_gco2e": 1000.0},
    **{"marginal_gco2e": 4000.0, "water_ml": 20.0, "materials_gsbeq": 2e-6, "cost_usd": 0.02},
}


@dataclass(frozen=True)
class Written:
    """An exchange with its attempts, as rows."""

    row: dict[str, Any]
    attempts: Sequence[dict[str, Any]]


def attempt(
    position: int,
    model: str,
    host: str,
    *,
    known: bool = True,
    market: float | None = 1000.0,
    scale: float = 1.0,
    outcome: str = "ok",
) -> dict[str, Any]:
    """An attempt of 100 + 50 tokens that took TOOK times `scale`, or nobody knows what."""
    row: dict[str, Any] = {"position": position, "model": model, "host": host, "purpose": "answer", "outcome": outcome}
    row |= {"retry": 0, "pieces": 1, "latency_s": 1.0, "cpu_s": 0.0, "facts": "v1"}
    row |= {"prompt_tokens": 100, "completion_tokens": 50, "cached_tokens": 0, "reasoning_tokens": 0}
    row["estimated"] = False
    for name, expected in (TOOK | {"market_gco2e": market}).items():
        for end, factor in zip(ENDS, (0.5, 1, 1.5), strict=True):
            row[end.format(name)] = None if expected is None or not known else expected * factor * scale
    basis = {"tier": "modelled", "method": "m1", "zone": "DEU", "grid_gco2e_per_kwh": 380.0}
    return row | (basis if known else dict.fromkeys(basis))


def exchange(number: int, started: float, attempts: Sequence[dict[str, Any]], **fields: Any) -> Written:
    """An exchange of the tenant "north" with these attempts."""
    row: dict[str, Any] = {
        "id": f"ex_{number}",
        "tenant": "north",
        "key_id": "k1",
        "asked": "auto",
        "outcome": "ok",
        "tags": None,
    }
    row |= {"started": started, "latency_s": 1.0, "streamed": False, "team": None, "user": None, "impacts": None}
    return Written(row | fields, attempts)


def write(database: Database, exchanges: Sequence[Written]) -> None:
    """Writes them, and marks their hours."""
    attempts = [
        {"exchange_id": each.row["id"], "started": each.row["started"], **one}
        for each in exchanges
        for one in each.attempts
    ]
    with database.engine.begin() as connection:
        connection.execute(insert(EXCHANGES), [each.row for each in exchanges])
        if attempts:
            connection.execute(insert(ATTEMPTS), attempts)
        mark(connection, {int(each.row["started"] // 3600) for each in exchanges})
