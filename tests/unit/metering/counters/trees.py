"""A RAPL tree and an NVML library to test readers on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

WRAPS_UJ = 262_143_328_850


class Fault(Exception):
    """What the library raises."""


def rapl_zone(root: Path, zone: str, name: str, uj: int | str | None, wraps_uj: int | None = WRAPS_UJ) -> Path:
    """Writes one zone; `uj` None leaves its counter out."""
    folder = root / zone
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "name").write_text(f"{name}\n", encoding="ascii")
    if uj is not None:
        (folder / "energy_uj").write_text(f"{uj}\n", encoding="ascii")
    if wraps_uj is not None:
        (folder / "max_energy_range_uj").write_text(f"{wraps_uj}\n", encoding="ascii")
    return folder


def server(root: Path) -> Path:
    """A server with two sockets, as the kernel shows it."""
    for socket in (0, 1):
        rapl_zone(root, f"intel-rapl:{socket}", f"package-{socket}", 1_000_000 * (socket + 1))
        rapl_zone(root, f"intel-rapl:{socket}:0", "core", 500_000)
        rapl_zone(root, f"intel-rapl:{socket}:1", "dram", 250_000, 65_712_999_613)
    rapl_zone(root, "intel-rapl:2", "psys", 9_000_000)
    (root / "intel-rapl").mkdir()
    return root


def nvml(counts: Mapping[int, int | None], *, driver: bool = True, limit_mw: int | None = 700_000) -> ModuleType:
    """A library that finds those GPUs; None is a GPU without a counter."""
    calls = SimpleNamespace(open=0)

    def begin() -> None:
        if not driver:
            raise Fault
        calls.open += 1

    def end() -> None:
        calls.open -= 1

    def count(handle: int) -> int:
        found = counts[handle]
        if found is None:
            raise Fault
        return found

    def limits(handle: int) -> list[int]:
        if limit_mw is None:
            raise Fault
        return [200_000, limit_mw]

    library = SimpleNamespace(
        NVMLError=Fault,
        nvmlInit=begin,
        nvmlShutdown=end,
        nvmlDeviceGetCount=lambda: len(counts),
        nvmlDeviceGetHandleByIndex=lambda at: at,
        nvmlDeviceGetTotalEnergyConsumption=count,
        nvmlDeviceGetPowerManagementLimitConstraints=limits,
        calls=calls,
    )
    return cast(ModuleType, library)


def amd(counts: Mapping[int, int | None], *, driver: bool = True) -> ModuleType:
    """An AMD library of that form, whose ticks are 15.3 µJ; None is a GPU without a counter."""
    calls = SimpleNamespace(open=0)

    def begin() -> None:
        if not driver:
            raise Fault
        calls.open += 1

    def end() -> None:
        calls.open -= 1

    def count(handle: int) -> dict[str, float]:
        found = counts[handle]
        if found is None:
            raise Fault
        return {"energy_accumulator": found, "counter_resolution": 15.3, "timestamp": 0} if found >= 0 else {}

    library = SimpleNamespace(
        AmdSmiException=Fault,
        amdsmi_init=begin,
        amdsmi_shut_down=end,
        amdsmi_get_processor_handles=lambda: list(counts),
        amdsmi_get_energy_count=count,
        calls=calls,
    )
    return cast(ModuleType, library)
