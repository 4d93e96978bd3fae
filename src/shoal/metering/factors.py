"""Factors: the meters of now, built anew whenever more is known: what an estimator says, what a grid emits this hour.

Whoever meters takes `now` once, so that figures and the version that they name belong together.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from shoal.facts.tables import Facts
from shoal.metering.estimator import Estimator
from shoal.metering.factor_version import Asked, KeptVersions, Setting, build_version
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering


class Now(NamedTuple):
    """The meters, and the version of all factors in them."""

    metering: Metering
    facts: str


class Current(Protocol):
    """Where the meters of now are."""

    @property
    def now(self) -> Now: ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Meters that never change."""

    now: Now


class Factors:
    """The models on their machines and the facts, as far as they are known. `here` are the machines of this process,
    `counting` how counters are shared; each version is written into `kept` before it is in force."""

    def __init__(
        self,
        models: Sequence[Metered],
        facts: Facts,
        here: Metered,
        *,
        counting: Mapping[str, Any] | None = None,
        kept: KeptVersions | None = None,
    ) -> None:
        """Raises ConfigError that names the nearest for an unknown region or hardware."""
        self._setting, self._facts, self._kept = Setting(tuple(models), here, counting=counting), facts, kept
        self._lock = threading.Lock()
        self.now = self._build()

    def know(self, estimator: Estimator) -> None:
        """From now on remote services are estimated. Asks about each of them once: that may take a while."""
        remote = [model for model in self._setting.models if model.kind == "remote"]
        names = {(model.provider, model.upstream or model.name) for model in remote}
        said = {(provider, name): estimator.rates(provider, name) for provider, name in names if provider is not None}
        with self._lock:
            self._setting = replace(self._setting, asked=Asked(said))
            self.now = self._build()

    def lay(self, facts: Facts) -> None:
        """From now on these facts hold. What could not be written down before is tried again."""
        with self._lock:
            if facts.version != self._facts.version:
                self._facts = facts
                self.now = self._build()
            elif self._kept is not None:
                self._kept.write()

    def close(self) -> None:
        """Writes down what could not be written before."""
        with self._lock:
            if self._kept is not None:
                self._kept.write()

    def _build(self) -> Now:
        metering, version = build_version(self._setting, self._facts)
        if self._kept is not None:
            self._kept.keep(version)
        return Now(metering, version.name)
