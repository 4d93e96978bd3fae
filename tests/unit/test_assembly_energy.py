"""A whole house on a machine with energy counters: answers are measured, idle energy is kept, both in its database."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from shoal.assembly import Assembly
from shoal.call import closing
from shoal.chat import Chat, Message
from shoal.config import Settings
from shoal.exchange import Exchange
from shoal.impacts import Tier
from shoal.metering.counters.seam import Domain
from shoal.metering.here import READERS
from shoal.stores.database import Database
from shoal.stores.idle_energy import SqlIdleEnergy
from shoal.stores.ledger import SqlLedger
from tests.unit.outer_ring import KEY

MODEL = "shoal/triage-banking"


class Watts:
    """A counter that goes on by 100 W."""

    domains = (Domain("package-0", "cpu"),)

    def __init__(self) -> None:
        self.closed = False

    def read(self) -> tuple[float | None, ...]:
        return (100 * time.monotonic(),)

    def close(self) -> None:
        self.closed = True


async def ask(settings: Settings) -> str:
    opened = Assembly(settings)
    try:
        exchange = Exchange(opened.house, KEY, Chat(MODEL, (Message.of("user", "where is my card?"),)))
        async with closing(exchange.travel()) as pieces:
            async for _ in pieces:
                pass
        await exchange.settled()
        assert opened.metering.step.awaits(exchange.id)
    finally:
        await opened.close()
    return exchange.id


def test_answers_are_measured_and_idle_energy_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Watts()
    monkeypatch.setitem(READERS, "rapl", lambda: source)
    monkeypatch.setattr("shoal.metering.windows.LEAST_S", 0.0)
    rules = {"counters": ["rapl"], "window_s": 600, "sharing": {"cpu": {"idle_w": 40}}, "here": {"region": "DEU"}}
    settings = Settings.model_validate({"server": {"data_dir": tmp_path / "data"}, "metering": rules})
    name = asyncio.run(ask(settings))
    assert source.closed
    database = Database(tmp_path / "data")
    ledger = SqlLedger(database)
    record = ledger.get(name)
    assert record is not None
    assert record.impacts is not None
    assert record.impacts.tier is Tier.MEASURED
    assert {each.model for each in record.attempts} == {MODEL, "shoal/guards"}
    shares = sum(each.measured_j or 0.0 for each in record.attempts)
    (row,) = SqlIdleEnergy(database).between(0, 1e12)
    assert shares + row.idle_j == pytest.approx(row.counted_j)
    assert row.idle_j == pytest.approx(40 * row.seconds)
    assert (row.counters, row.zone) == ("cpu", "DEU")
    ledger.close()
    database.close()
