"""What runs on this machine, and which of its counters can be read: "cpu" stands for processors and memory, "gpu" for
accelerators. It reads no energy."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

import structlog

from shoal.call import ModelCard
from shoal.config import Settings
from shoal.config.metering import HostMachines
from shoal.errors import ConfigError
from shoal.metering.counters.amd import AmdSource
from shoal.metering.counters.nvml import NvmlSource
from shoal.metering.counters.rapl import RaplSource
from shoal.metering.counters.seam import EnergySource
from shoal.models.hosts.rows import find_row

READERS: Mapping[str, Callable[[], EnergySource]] = {"rapl": RaplSource, "nvml": NvmlSource, "amd": AmdSource}
NAMES = {"rapl": "RAPL", "nvml": "NVML", "amd": "AMD SMI"}
MISSING = (
    "no counter can be read, as in most virtual machines (RAPL needs root or the group's right to read energy_uj): "
    "figures are modelled, not measured"
)


def open_sources(wanted: Iterable[str]) -> dict[str, EnergySource]:
    """The sources that have a counter, by their name in the settings. What is missing is said once, in the log: figures
    are then modelled, and called so."""
    found: dict[str, EnergySource] = {}
    for name in wanted:
        source, fault = probe(name)
        if source is None:
            structlog.get_logger("shoal.metering").warning("counters_missing", counters=name, cause=fault)
        else:
            found[name] = source
    return found


def probe(name: str) -> tuple[EnergySource | None, str]:
    """The source, or why there is none."""
    try:
        source = READERS[name]()
    except ConfigError as error:
        return None, error.message
    if source.domains:
        return source, ""
    source.close()
    return None, MISSING


def kind_of(source: EnergySource) -> str:
    """Whether the source counts accelerators ("gpu") or the rest of the machine ("cpu")."""
    return "gpu" if any(domain.kind == "gpu" for domain in source.domains) else "cpu"


def by_kind(sources: Mapping[str, EnergySource]) -> dict[str, list[EnergySource]]:
    """The sources of each kind."""
    found: dict[str, list[EnergySource]] = {}
    for source in sources.values():
        found.setdefault(kind_of(source), []).append(source)
    return found


def counted(card: ModelCard, settings: Settings, kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds of counters that tell of this model; none where it runs elsewhere, or on accelerators that nobody
    counts."""
    if card.kind == "composite":
        return ()
    needed = "cpu"
    if card.kind == "host":
        machines = settings.metering.hosts.get(card.host, HostMachines())
        if not is_here(card.host, machines, settings):
            return ()
        needed = "gpu" if machines.hardware is not None else "cpu"
    known = set(kinds)
    if needed not in known:
        return ()
    return ("gpu", "cpu") if needed == "gpu" and "cpu" in known else (needed,)


def is_here(host: str, machines: HostMachines, settings: Settings) -> bool:
    """Whether the host runs on this machine: as the settings say, else where its address is a loopback one."""
    if machines.here is not None:
        return machines.here
    row = settings.hosts.get(host)
    if row is None:
        return False
    name = urlsplit(row.base_url or (find_row(row.row, host).base_url if row.row else "")).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def labels(sources: Mapping[str, EnergySource]) -> dict[str, str]:
    """What the counters of each kind are called in a boundary: "RAPL", "NVML"."""
    found: dict[str, list[str]] = {}
    for name, source in sources.items():
        found.setdefault(kind_of(source), []).append(NAMES[name])
    return {kind: ", ".join(names) for kind, names in found.items()}
