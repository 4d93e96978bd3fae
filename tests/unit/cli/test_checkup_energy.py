"""What the doctor says of energy counters: modelled without them, measured with them, calibrated or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shoal.cli.checkup import energy
from shoal.config import Settings
from shoal.metering.counters.rapl import RaplSource
from shoal.metering.counters.scripted import ScriptedSource
from shoal.metering.counters.seam import Domain
from shoal.metering.here import READERS


def settings(**metering: Any) -> Settings:
    return Settings.model_validate({"metering": metering})


def test_without_counters_energy_is_modelled() -> None:
    (found,) = energy(settings())
    assert found.state == "ok"
    assert "modelled" in found.found


def test_counters_that_are_missing_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "rapl", lambda: RaplSource(tmp_path))
    (found,) = energy(settings(counters=["rapl"]))
    assert (found.name, found.state) == ("energy counters RAPL", "warning")
    assert "modelled, not measured" in found.found
    assert '"rapl"' in found.fix


@pytest.mark.parametrize(("sharing", "state"), [({}, "warning"), ({"cpu": {"output": 0.1}}, "ok")])
def test_counters_that_are_there_are_named(sharing: Any, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ScriptedSource([Domain("package-0", "cpu"), Domain("dram-0:0", "memory")], [])
    monkeypatch.setitem(READERS, "rapl", lambda: source)
    (found,) = energy(settings(counters=["rapl"], sharing=sharing))
    assert (found.state, found.found) == (state, "package-0, dram-0:0: energy is measured")
    assert ("calibrate" in found.fix) == (state == "warning")
