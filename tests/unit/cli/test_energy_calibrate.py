"""`shoal energy calibrate`: recorded windows become coefficients, shown with their error and put into the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.config import load
from shoal.metering.calibration import Observed
from shoal.metering.recorded import write_windows
from shoal.metering.sharing import Work
from tests.unit.cli.conftest import Shell


def windows(shell: Shell, count: int = 12) -> str:
    """Windows of a machine with 40 W idle, 0.2 J per output token and 5 J per second of residence."""
    work = [Work(0.0, 10.0 * (at % 5), 0.5 + at % 3) for at in range(count)]
    busy = [Observed(40 + 0.2 * each.output + 5 * each.seconds, 1.0, each) for each in work]
    path = shell.home / "windows.jsonl"
    write_windows(path, {"cpu": [*busy, Observed(80.0, 2.0, Work())]})
    return str(path)


def test_the_coefficients_are_shown(shell: Shell) -> None:
    said = shell("energy", "calibrate", "--windows", windows(shell))
    assert said.code == 0
    assert said.out == "cpu\t0\t0.2\t5\t40\t0.0%\t13\n"


def test_they_are_put_into_the_settings_and_read_there(shell: Shell) -> None:
    shell.write("shoal.toml", "[server]\nport = 8700\n")
    said = shell("energy", "calibrate", "--windows", windows(shell), "--write", "--json")
    assert said.json()["cpu"]["coefficients"]["idle_w"] == pytest.approx(40)
    settings = load(Path("shoal.toml")).settings
    assert settings.server.port == 8700
    assert settings.metering.sharing.cpu.model_dump() == {"input": 0, "output": 0.2, "second": 5, "idle_w": 40}
    assert settings.metering.sharing.gpu.second == 1


def test_too_few_windows_are_said(shell: Shell) -> None:
    said = shell("energy", "calibrate", "--windows", windows(shell, 3))
    assert said.code == 3
    assert "let it run longer" in said.err
