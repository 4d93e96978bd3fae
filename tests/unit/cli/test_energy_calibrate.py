"""`shoal energy calibrate`: recorded windows become coefficients, shown with their error and put into the settings."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from shoal.config import load
from shoal.metering.calibration import Observed
from shoal.metering.counters.seam import Domain
from shoal.metering.here import READERS
from shoal.metering.load import Phase, Recorder, run_load
from shoal.metering.recorded import read_windows, write_windows
from shoal.metering.sharing import Work
from shoal.metering.start import open_ticker
from shoal.metering.ticker import Ticker
from tests.unit.cli.conftest import Shell


def windows(shell: Shell, count: int = 12) -> str:
    """Windows of a machine with 40 W idle, 0.2 J per output token and 5 J per second of residence."""
    work = [Work(0.0, 10.0 * (at % 5), 0.5 + at % 3) for at in range(count)]
    busy = [Observed(40 + 0.2 * each.output + 5 * each.seconds, 1.0, each) for each in work]
    path = shell.home / "windows.jsonl"
    write_windows(path, {"cpu": [*busy, Observed(80.0, 2.0, Work())]})
    return str(path)


def test_the_coefficients_are_shown(shell: Shell) -> None:
    said = shell("energy", "calibrate", "--from", windows(shell))
    assert said.code == 0
    assert said.out.splitlines()[1:] == ["cpu\t0\t0.2\t5\t40\t0.0%\t13"]


def test_they_are_put_into_the_settings_and_read_there(shell: Shell) -> None:
    shell.write("shoal.toml", "[server]\nport = 8700\n")
    said = shell("energy", "calibrate", "--from", windows(shell), "--write", "--json")
    assert said.json()["cpu"]["coefficients"]["idle_w"] == pytest.approx(40)
    settings = load(Path("shoal.toml")).settings
    assert settings.server.port == 8700
    assert settings.metering.sharing.cpu.model_dump() == {"input": 0, "output": 0.2, "second": 5, "idle_w": 40}
    assert settings.metering.sharing.gpu.second == 1


def test_too_few_windows_are_said(shell: Shell) -> None:
    said = shell("energy", "calibrate", "--from", windows(shell, 3))
    assert said.code == 3
    assert "let it run longer" in said.err


@pytest.mark.parametrize("words", [(), ("shoal/answer", "--from", "x.jsonl")])
def test_there_is_a_model_or_a_file(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell("energy", "calibrate", *words).code == 2


def test_without_counters_it_says_so(shell: Shell) -> None:
    said = shell("energy", "calibrate", "shoal/answer")
    assert said.code == 3
    assert "set metering.counters" in said.err


class Busy:
    """A counter that goes on by 10 W, and by 1,000 J for each answer."""

    domains = (Domain("package-0", "cpu"),)

    def __init__(self) -> None:
        self.answers = 0

    def read(self) -> tuple[float | None, ...]:
        return (10 * time.monotonic() + 1000 * self.answers,)

    def close(self) -> None:
        pass


def test_a_load_on_an_embedded_model_is_recorded_and_fitted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def hurried(*given: Any) -> Ticker | None:
        ticker = open_ticker(*given)
        if ticker is not None:
            ticker._window_s = 0.02
        return ticker

    async def counted(phases: Iterable[Phase], ask: Callable[[Phase], Awaitable[None]], recorder: Recorder) -> None:
        async def answered(phase: Phase) -> None:
            await ask(phase)
            busy.answers += 1

        await run_load(phases, answered, recorder)

    busy = Busy()
    monkeypatch.setitem(READERS, "rapl", lambda: busy)
    monkeypatch.setattr("shoal.metering.load.run_load", counted)
    monkeypatch.setattr("shoal.metering.start.open_ticker", hurried)
    monkeypatch.setattr("shoal.metering.windows.LEAST_S", 0.01)
    monkeypatch.setattr("shoal.metering.load.POLL_S", 0.001)
    shell.write("shoal.toml", '[metering]\ncounters = ["rapl"]\n')
    said = shell("energy", "calibrate", "shoal/triage-banking", "--rounds", "1", "--record", "w.jsonl", "--json")
    assert said.code == 0, said.err
    assert said.json()["cpu"]["coefficients"]["idle_w"] > 0
    assert len(read_windows(Path("w.jsonl"))["cpu"]) == said.json()["cpu"]["windows"] >= 20


def test_a_model_that_no_counter_tells_of_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "rapl", Busy)
    shell.write(
        "shoal.toml",
        '[hosts.far]\nrow = "vllm"\nbase_url = "http://10.0.0.9:1/v1"\n[models.big]\nhost = "far"\n'
        '[metering]\ncounters = ["rapl"]\n',
    )
    said = shell("energy", "calibrate", "big")
    assert said.code == 3
    assert "no counter tells of 'big'" in said.err
    assert shell("energy", "calibrate", "bag").code == 4
