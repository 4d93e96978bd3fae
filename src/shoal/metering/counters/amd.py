"""AMD SMI: the energy counters of AMD Instinct GPUs, through the library amdsmi, if it is installed.

The counter holds ticks of so many µJ since the GPU was reset. Nothing is imported before the source is made.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from shoal.errors import ConfigError
from shoal.metering.counters.seam import Domain

MICRO = 1e-6


class AmdSource:
    """The AMD GPUs of this machine that count their energy."""

    def __init__(self, library: ModuleType | None = None) -> None:
        """Raises ConfigError where the library is not installed, or finds no driver."""
        self._library = library if library is not None else _import()
        self._open = False
        try:
            self._library.amdsmi_init()
            self._open = True
            handles = list(self._library.amdsmi_get_processor_handles())
        except self._library.AmdSmiException as error:
            self.close()
            raise ConfigError(f"AMD SMI finds no GPU driver ({type(error).__name__}): leave its counters out") from None
        counting = [(at, handle) for at, handle in enumerate(handles) if self._count(handle) is not None]
        self._domains = tuple(Domain(f"gpu-{at}", "gpu") for at, _ in counting)
        self._handles = tuple(handle for _, handle in counting)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """One per GPU, "gpu-0" and so on."""
        return self._domains

    def read(self) -> tuple[float | None, ...]:
        """Joules by GPU since it was reset."""
        return tuple(self._count(handle) for handle in self._handles)

    def close(self) -> None:
        """Lets the library go."""
        if self._open:
            self._open = False
            self._library.amdsmi_shut_down()

    def _count(self, handle: Any) -> float | None:
        try:
            found = self._library.amdsmi_get_energy_count(handle)
        except self._library.AmdSmiException:
            return None
        ticks, resolution_uj = found.get("energy_accumulator"), found.get("counter_resolution")
        return None if ticks is None or resolution_uj is None else float(ticks) * float(resolution_uj) * MICRO


def _import() -> ModuleType:
    try:
        return import_module("amdsmi")
    except ImportError:
        raise ConfigError("amdsmi is not installed: it comes with ROCm") from None
