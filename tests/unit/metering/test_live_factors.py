"""Live factors: readings over the yearly values, a version for each set of them, and the way back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog

from shoal.config import Settings
from shoal.config.metering import Live
from shoal.errors import ConfigError, StorageError
from shoal.metering.factor_version import KeptVersions, restored
from shoal.metering.factors import Factors
from shoal.metering.live import ELECTRICITY_MAPS, GREAT_BRITAIN, Fetch, LiveGrid
from shoal.metering.live_factors import LiveFactors, LiveThread, zones_of
from shoal.metering.live_fetch import open_fetch
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering
from shoal.metering.start import check_metering, open_live
from shoal.stores.factor_versions import FactorVersion
from shoal.testing import ScriptedHost, refused, response, sends
from tests.unit.metering.attempts import attempt, facts
from tests.unit.metering.test_live import BRITAIN, MAPS, Wire

HERE = Metered("here", "embedded", "DEU", pue=1.0)
YEARLY = facts().find("grid", "DEU", "average")


class Kept:
    """A store of versions that may fail."""

    def __init__(self, *, fails: bool = False, full: bool = True) -> None:
        self.rows: list[FactorVersion] = []
        self.aside: list[FactorVersion] = []
        self.fails, self.full = fails, full
        self.came = threading.Event()

    def put(self, version: FactorVersion, since: float) -> None:
        if self.fails:
            raise StorageError("the disk is full")
        self.rows.append(version)
        if "+" in version.name:
            self.came.set()

    def put_aside(self, version: FactorVersion, since: float) -> None:
        if self.full:
            raise StorageError("the disk is full")
        self.aside.append(version)

    def take_up(self) -> None:
        while self.aside:
            self.put(self.aside[0], 0.0)
            self.aside.pop(0)


def live(wire: Wire, kept: Kept) -> tuple[Factors, LiveFactors]:
    factors = Factors([HERE], facts(), HERE, kept=KeptVersions(kept, lambda: 0.0))
    grid = LiveGrid(ELECTRICITY_MAPS, "", wire, fresh_s=300, stale_s=700)
    return factors, LiveFactors(factors, facts(), grid, {"Germany": "DE"})


def intensity(by: Factors | Metering) -> float:
    """gCO2e per kWh that an attempt is metered with."""
    metering = by.now.metering if isinstance(by, Factors) else by
    took = metering.attempt(attempt("here", cpu_s=1.0))
    assert took.usage_gco2e is not None
    assert took.energy_wh is not None
    return 1000 * took.usage_gco2e.expected / took.energy_wh.expected


def test_a_reading_holds_until_it_is_too_old_and_then_the_yearly_value() -> None:
    async def run() -> None:
        kept = Kept()
        factors, turning = live(Wire(MAPS, MAPS, MAPS.replace(b"302", b"250"), None, None, None), kept)
        at_start, seen = factors.now.facts, []
        for at in (0.0, 300.0, 600.0, 900.0, 1200.0, 1500.0):
            await turning.turn(at)
            seen.append((round(intensity(factors), 6), factors.now.facts))
        first, second, yearly = seen[0], seen[2], (YEARLY.value, at_start)
        assert seen == [first, first, second, second, second, yearly]
        assert [first[0], second[0]] == [302, 250]
        assert first[1].startswith(f"{at_start}+2026112216.")
        assert len({first[1], second[1]}) == 2
        assert max(map(len, (first[1], second[1]))) <= 32
        kept_then = {row.name: restored(row).metering for row in kept.rows}
        assert {name: round(intensity(metering), 6) for name, metering in kept_then.items()} == {
            at_start: YEARLY.value,
            first[1]: 302,
            second[1]: 250,
        }

    asyncio.run(run())


def test_the_source_and_the_time_stand_in_the_factor() -> None:
    async def run() -> None:
        factors, turning = live(Wire(MAPS), Kept())
        await turning.turn(0.0)
        (basis,) = factors.now.metering.attempt(attempt("here", cpu_s=1.0)).bases
        assert (basis.grid_source, basis.grid_year) == ("Electricity Maps, live at 2026-11-22 16:00 UTC", 2026)

    asyncio.run(run())


def test_a_service_that_fails_is_said_once_and_so_is_its_return() -> None:
    async def run() -> None:
        _, turning = live(Wire(None, None, MAPS, MAPS), Kept())
        with structlog.testing.capture_logs() as said:
            for at in (0.0, 300.0, 600.0, 900.0):
                await turning.turn(at)
        assert [each["event"] for each in said] == ["live_grid_failed", "live_grid_answers_again"]

    asyncio.run(run())


def test_versions_that_cannot_be_kept_are_kept_with_the_next_turn_and_at_the_end() -> None:
    async def run() -> None:
        kept = Kept(fails=True)
        with structlog.testing.capture_logs() as said:
            factors, turning = live(Wire(MAPS, MAPS, MAPS.replace(b"302", b"250")), kept)
            await turning.turn(0.0)
        assert {each["event"] for each in said} == {"factors_not_written", "factors_not_put_aside"}
        kept.fails = False
        await turning.turn(300.0)
        assert [row.name for row in kept.rows][1:] == [factors.now.facts]
        kept.fails = True
        await turning.turn(600.0)
        kept.fails = False
        factors.close()
        factors.close()
        assert [row.name for row in kept.rows][2:] == [factors.now.facts]

    asyncio.run(run())


def test_a_version_outlives_the_process_before_it_is_in_force_while_the_database_is_down() -> None:
    async def run() -> str:
        kept.fails = True
        await turning.turn(0.0)
        assert [row.name for row in kept.aside] == [factors.now.facts]
        return factors.now.facts

    kept = Kept(full=False)
    factors, turning = live(Wire(MAPS), kept)
    in_force = asyncio.run(run())  # and killed here
    kept.fails = False
    after = KeptVersions(kept, lambda: 9.0)
    after.write()
    assert [row.name for row in kept.rows][1:] == [in_force]
    assert kept.aside == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"service": "electricity-maps", "key": "env:K"}, "metering.live.zones: name the regions"),
        ({"service": "electricity-maps", "key": "env:K", "zones": {"Germny": "DE"}}, "metering.live.zones.*'germany'"),
        ({"service": "watttime", "zones": {"DEU": "DE"}}, "metering.live.key: watttime needs one"),
    ],
)
def test_settings_that_cannot_work_are_said_at_start(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_metering(Settings.model_validate({"metering": {"live": rules}}))


def test_britain_needs_neither_zones_nor_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zones_of(Live(service="great-britain"), facts()) == {"GBR": "GB"}
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    rules = {"service": "electricity-maps", "key": "env:NO_SUCH_KEY", "zones": {"DEU": "DE"}}
    with pytest.raises(ConfigError, match="NO_SUCH_KEY"):
        open_live(Settings.model_validate({"metering": {"live": rules}}), Factors([], facts(), HERE), facts())
    assert open_live(Settings(), Factors([], facts(), HERE), facts()) is None


def test_the_thread_reads_and_ends_at_once() -> None:
    wire, kept = Wire(BRITAIN, BRITAIN), Kept()
    factors = Factors([HERE], facts(), Metered("here", "embedded", "GBR"), kept=KeptVersions(kept, lambda: 0.0))

    @asynccontextmanager
    async def fetching() -> AsyncIterator[Fetch]:
        yield wire

    def make(fetch: Fetch) -> LiveFactors:
        return LiveFactors(factors, facts(), LiveGrid(GREAT_BRITAIN, "", fetch), {"GBR": "GB"})

    thread = LiveThread(make, fetching, every_s=3600)
    thread.start()
    assert kept.came.wait(60)
    thread.close()
    assert ["GBR", "average", 149.0] in [[row[1], row[2], row[4]] for row in kept.rows[-1].grid]
    unstarted = LiveThread(make, fetching, 1)
    unstarted.start()
    unstarted.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sends(response(MAPS)), ""),
        (sends(response(b"{}", 401)), "mend metering.live.key"),
        (sends(response(b"{}", 302, location="http://127.0.0.1:1/")), "answered 302"),
        (sends(response(b"{}", 503)), "answered 503"),
        (sends(b"garbage\r\n\r\n", close=True), "cannot be reached"),
        (sends(response(b"x" * 1_100_000)), "more than 1000000 bytes"),
    ],
)
def test_a_page_is_fetched_or_its_fault_said(answer: Any, said: str) -> None:
    async def run() -> None:
        async with ScriptedHost(answer) as host, open_fetch() as fetch:
            grid = LiveGrid(ELECTRICITY_MAPS, "k", lambda url, headers: fetch(host.url, headers))
            reading = await grid.now("DE", 0.0)
            assert (reading is None, said in (grid.fault or "")) == (bool(said), True)

    asyncio.run(run())


def test_a_service_that_nobody_serves() -> None:
    async def run() -> None:
        where = refused()
        async with open_fetch() as fetch:
            grid = LiveGrid(ELECTRICITY_MAPS, "k", lambda url, headers: fetch(where, headers))
            assert await grid.now("DE", 0.0) is None
            assert "cannot be reached" in (grid.fault or "")

    asyncio.run(run())
