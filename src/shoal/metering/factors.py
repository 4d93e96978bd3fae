"""Factors: the meters of now, built anew whenever more is known: what an estimator says, what a grid emits this hour.

Whoever meters takes `now` once, so that figures and the version that they name belong together.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shoal.facts.tables import Facts
from shoal.metering.estimator import Estimator, Rates
from shoal.metering.meter import Metered
from shoal.metering.metering import Metering, build


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
    """The models on their machines and the facts, as far as they are known. `here` are the machines of this process."""

    def __init__(self, models: Sequence[Metered], facts: Facts, here: Metered) -> None:
        """Raises ConfigError that names the nearest for an unknown region or hardware."""
        self._models, self._facts, self._here = tuple(models), facts, here
        self._estimator: Estimator | None = None
        self._lock = threading.Lock()
        self.now = self._build()

    def know(self, estimator: Estimator) -> None:
        """From now on remote services are estimated. Asks about each of them once: that may take a while."""
        names = {(model.provider, model.upstream or model.name) for model in self._models if model.kind == "remote"}
        said = {(provider, name): estimator.rates(provider, name) for provider, name in names if provider is not None}
        with self._lock:
            self._estimator = Asked(said)
            self.now = self._build()

    def lay(self, facts: Facts) -> None:
        """From now on these facts hold."""
        with self._lock:
            if facts.version != self._facts.version:
                self._facts = facts
                self.now = self._build()

    def _build(self) -> Now:
        return Now(build(self._models, self._facts, self._estimator, self._here), self._facts.version)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an estimator said, kept: a library is not asked again every hour."""

    said: Mapping[tuple[str, str], Rates | None]

    def rates(self, provider: str, model: str) -> Rates | None:
        """As it was said."""
        return self.said.get((provider, model))
