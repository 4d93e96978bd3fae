"""RAPL: the energy counters of Intel and AMD processors, as Linux shows them below /sys/class/powercap.

Packages and their memory are read; cores and the graphics part lie within the package, and "psys" holds packages: both
would be counted twice.
"""

from __future__ import annotations

import re
from pathlib import Path

from shoal.metering.counters.seam import Domain

ROOT = Path("/sys/class/powercap")
MICRO = 1e-6
ZONE = re.compile(r"intel-rapl:\d+(:\d+)?")
# No socket of today draws more; a reading above it is a reset that looks like a wrap-around.
MOST_W = 2000.0


class RaplSource:
    """The counters that this process may read. None at all (no RAPL, a virtual machine, no right to read) gives no
    domains: then nothing is measured, and nobody says so."""

    def __init__(self, root: Path = ROOT) -> None:
        found = [_domain(folder) for folder in sorted(root.glob("intel-rapl:*")) if ZONE.fullmatch(folder.name)]
        readable = [(domain, path) for domain, path in filter(None, found) if _read(path) is not None]
        self._domains = tuple(domain for domain, _ in readable)
        self._paths = tuple(path for _, path in readable)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """Packages and memory, named after their zones."""
        return self._domains

    def read(self) -> tuple[float | None, ...]:
        """Joules by domain."""
        counts = (_read(path) for path in self._paths)
        return tuple(None if count is None else count * MICRO for count in counts)

    def close(self) -> None:
        """Nothing is held open."""


def _domain(folder: Path) -> tuple[Domain, Path] | None:
    """The zone's domain and its counter; None for a zone that another one holds."""
    try:
        name = (folder / "name").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    kind = "cpu" if name.startswith("package") else "memory" if name == "dram" else None
    if kind is None:
        return None
    wraps = _read(folder / "max_energy_range_uj")
    wraps_j = None if wraps is None else wraps * MICRO
    label = f"{name}-{folder.name.partition(':')[2]}"
    return Domain(label, kind, wraps_j, MOST_W), folder / "energy_uj"


def _read(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
