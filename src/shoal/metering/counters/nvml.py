"""NVML: the energy counters of NVIDIA GPUs (Volta and later), through the library pynvml, if it is installed.

The counter holds mJ since the driver was loaded; it starts anew when the driver does. Nothing is imported before the
source is made.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from shoal.errors import ConfigError
from shoal.metering.counters.seam import Domain

MILLI = 1e-3
# The greatest power that a limit allows is exceeded for moments.
OVERSHOOT = 1.2


class NvmlSource:
    """The GPUs of this machine that count their energy."""

    def __init__(self, library: ModuleType | None = None) -> None:
        """Raises ConfigError where the library is not installed, or finds no driver."""
        self._library = library if library is not None else _import()
        self._open = False
        try:
            self._library.nvmlInit()
            self._open = True
            handles = [self._library.nvmlDeviceGetHandleByIndex(at) for at in range(self._library.nvmlDeviceGetCount())]
        except self._library.NVMLError as error:
            self.close()
            raise ConfigError(f"NVML finds no GPU driver ({type(error).__name__}): leave its counters out") from None
        named = [(self._domain(at, handle), handle) for at, handle in enumerate(handles)]
        counting = [(domain, handle) for domain, handle in named if self._count(handle) is not None]
        self._domains = tuple(domain for domain, _ in counting)
        self._handles = tuple(handle for _, handle in counting)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """One per GPU, "gpu-0" and so on."""
        return self._domains

    def read(self) -> tuple[float | None, ...]:
        """Joules by GPU since the driver was loaded."""
        return tuple(self._count(handle) for handle in self._handles)

    def close(self) -> None:
        """Lets the library go."""
        if self._open:
            self._open = False
            self._library.nvmlShutdown()

    def _count(self, handle: Any) -> float | None:
        try:
            return float(self._library.nvmlDeviceGetTotalEnergyConsumption(handle)) * MILLI
        except self._library.NVMLError:
            return None

    def _domain(self, at: int, handle: Any) -> Domain:
        try:
            limit_mw = self._library.nvmlDeviceGetPowerManagementLimitConstraints(handle)[1]
        except self._library.NVMLError:
            return Domain(f"gpu-{at}", "gpu")
        return Domain(f"gpu-{at}", "gpu", most_w=limit_mw * MILLI * OVERSHOOT)


def _import() -> ModuleType:
    try:
        return import_module("pynvml")
    except ImportError:
        raise ConfigError("pynvml is not installed: pip install nvidia-ml-py") from None
