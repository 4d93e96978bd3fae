"""Measured energy through the whole path: what the reply says first, and the record once the window is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Usage
from shoal.config import Settings
from shoal.metering.counters.scripted import ScriptedSource
from shoal.metering.counters.seam import Domain
from shoal.metering.start import open_metering, open_ticker
from shoal.metering.ticker import Ticker
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.unit.metering.test_sampler import Kept

PACKAGE = Domain("package-0", "cpu", wraps_j=1000.0, most_w=2000.0)
SETTINGS = Settings.model_validate(
    {"metering": {"here": {"pue": 1.5}, "sharing": {"cpu": {"output": 1, "idle_w": 10}}}}
)


@dataclass
class Clock:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Counted:
    """A gateway on a machine whose counter gives these readings, the first at the start, one more with each tick."""

    house: Running
    ticker: Ticker | None
    kept: Kept
    clock: Clock

    def tick(self, seconds: float = 1.0) -> None:
        assert self.ticker is not None
        self.clock.at += seconds
        self.ticker.tick()

    def ask(self, **more: Any) -> dict[str, Any]:
        body = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}], **more}
        headers = {"authorization": f"Bearer {self.house.member}"}
        found: dict[str, Any] = web.post(f"{self.house.url}/v1/chat/completions", json=body, headers=headers).json()
        assert self.house.idle()
        return found

    def record(self, reply: dict[str, Any]) -> dict[str, Any]:
        where = f"{self.house.url}/v1/shoal/exchanges/{reply['shoal']['exchange_id']}"
        found: dict[str, Any] = web.get(where, headers={"authorization": f"Bearer {self.house.member}"}).json()
        return found


@pytest.fixture
def counted(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Counted]:
    readings = [(reading,) for reading in request.param]
    sources = {"rapl": ScriptedSource([PACKAGE] if readings else [], readings)} if readings else {}
    model, clock, kept = ScriptedModel(["Hel", "lo"], usage=Usage(7, 2, cpu_s=0.5)), Clock(), Kept()
    metering = open_metering(SETTINGS, [model.card], sources, clock)
    with running(tmp_path, model, metering=metering) as house:
        metering.amend = lambda record: house.ledger.amend(record, "measured")
        yield Counted(house, open_ticker(SETTINGS, metering, sources, kept), kept, clock)


@pytest.mark.parametrize("counted", [[0.0, 90.0]], indirect=True)
def test_the_reply_is_not_final_and_the_record_is_once_the_window_is_closed(counted: Counted) -> None:
    reply = counted.ask()
    first = reply["usage"]["shoal"]
    assert (first["tier"], first["final"]) == ("modelled", False)
    assert counted.record(reply)["usage"]["shoal"]["final"] is False
    counted.tick()
    record = counted.record(reply)
    took = record["usage"]["shoal"]
    assert (took["tier"], took["final"]) == ("measured", True)
    assert took["energy_wh"]["expected"] == pytest.approx(80 * 1.5 / 3600, rel=1e-5)
    (attempt,) = record["attempts"]
    assert attempt["measured_j"] == pytest.approx(80)
    assert attempt["usage"]["shoal"]["tier"] == "measured"
    assert "RAPL" in took["bases"][0]["boundary"]


@pytest.mark.parametrize("counted", [[0.0, 90.0]], indirect=True)
def test_two_answers_share_a_window_and_the_idle_energy_is_a_line_of_its_own(counted: Counted) -> None:
    replies = [counted.ask(), counted.ask(stream=False)]
    counted.tick()
    joules = [counted.record(reply)["attempts"][0]["measured_j"] for reply in replies]
    assert joules == [pytest.approx(40), pytest.approx(40)]
    assert counted.ticker is not None
    counted.ticker.close()
    (row,) = counted.kept.rows
    assert [row.counted_j, row.idle_j] == pytest.approx([90, 10])
    assert row.impacts.energy_wh is not None
    assert row.impacts.energy_wh.expected == pytest.approx(10 * 1.5 / 3600)


@pytest.mark.parametrize("counted", [[980.0, 60.0]], indirect=True)
def test_a_counter_that_wraps_around(counted: Counted) -> None:
    reply = counted.ask()
    counted.tick()
    assert counted.record(reply)["attempts"][0]["measured_j"] == pytest.approx(70)


@pytest.mark.parametrize(
    ("counted", "seconds"),
    [([0.0, None], 1.0), ([0.0, 50_000.0], 1.0), ([0.0, 90.0], -30.0)],
    indirect=["counted"],
    ids=["it fails", "more than it can draw", "the clock steps back"],
)
def test_a_window_that_is_lost_leaves_the_modelled_figure_and_that_is_final(counted: Counted, seconds: float) -> None:
    reply = counted.ask()
    counted.tick(seconds)
    took = counted.record(reply)["usage"]["shoal"]
    assert took == reply["usage"]["shoal"] | {"final": True}
    assert took["tier"] == "modelled"


@pytest.mark.parametrize("counted", [[]], indirect=True)
def test_without_counters_figures_are_modelled_and_final_at_once(counted: Counted) -> None:
    reply = counted.ask()
    assert (reply["usage"]["shoal"]["tier"], reply["usage"]["shoal"]["final"]) == ("modelled", True)
    assert counted.record(reply)["attempts"][0]["measured_j"] is None
