"""Every energy source that ships keeps to the seam's contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.metering.counters.amd import AmdSource
from shoal.metering.counters.nvml import NvmlSource
from shoal.metering.counters.rapl import RaplSource
from shoal.metering.counters.scripted import ScriptedSource
from shoal.metering.counters.seam import Domain, EnergySource
from tests.contract.energy_source_suite import CHECKS
from tests.unit.metering.counters.trees import amd, nvml, server

Make = Callable[[Path], EnergySource]
SOURCES: dict[str, Make] = {
    "rapl": lambda folder: RaplSource(server(folder)),
    "rapl where there is none": lambda folder: RaplSource(folder / "nowhere"),
    "rapl of this machine": lambda folder: RaplSource(),
    "nvml": lambda folder: NvmlSource(nvml({0: 5_000, 1: None, 2: 7_000})),
    "amd": lambda folder: AmdSource(amd({0: 5_000, 1: None})),
    "scripted": lambda folder: ScriptedSource([Domain("a", "cpu", 100.0)], [[1.0], [None], [99.0]]),
    "scripted, empty": lambda folder: ScriptedSource([Domain("a", "gpu")], []),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", list(SOURCES.values()), ids=list(SOURCES))
def test_contract(make: Make, check: Callable[[EnergySource], None], tmp_path: Path) -> None:
    check(make(tmp_path))
