"""The monitoring step of the outer ring: a session for each exchange, by the tenant's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from shoal.config.trust import TrustRules
from shoal.trust.monitoring.joined import joined
from shoal.trust.monitoring.rules import Rules
from shoal.trust.monitoring.seam import Monitor, TwoStages, Verdict
from shoal.trust.monitoring.session import Monitoring


class MonitoringStep:
    """Opens sessions. Rules are read at start; `monitor` is loaded then where any rule needs it."""

    def __init__(self, settings: TrustRules, more: Iterable[Monitor] = (), monitor: Monitor | None = None) -> None:
        """`more` are monitors of plug-ins, which count beside the embedded one; `monitor` stands in for that one.
        Raises WeightsError."""
        self._settings = settings
        self._more = tuple(more)
        self._given = monitor
        names = [None, *settings.tenants]
        wanted = any(Rules.of(settings, name or "", {}).judges for name in names)
        thresholds = self.monitor.thresholds if wanted else {}
        self._common = Rules.of(settings, "", thresholds)
        self._tenants: Mapping[str, Rules] = {name: Rules.of(settings, name, thresholds) for name in settings.tenants}

    @cached_property
    def monitor(self) -> Monitor:
        """The monitor that all tenants share. Raises WeightsError."""
        return joined(self._first, self._more)

    @cached_property
    def _first(self) -> Monitor:
        return self._given or _embedded()

    @cached_property
    def _linear(self) -> Monitor:
        """The same without the embedded encoder."""
        first = self._first
        return joined(first.without_encoder(), self._more) if isinstance(first, TwoStages) else self.monitor

    def monitor_of(self, tenant: str) -> Monitor:
        """The monitor by a tenant's rules. Raises WeightsError."""
        return self.monitor if self.rules(tenant).encoder else self._linear

    def rules(self, tenant: str) -> Rules:
        """The rules of a tenant; those for all where it has none of its own."""
        return self._tenants.get(tenant, self._common)

    def open(self, tenant: str, *, grounded: bool = True) -> Monitoring | None:
        """The session of an exchange; None where nothing is monitored. `grounded` is whether it has passages."""
        rules = self.rules(tenant)
        if not rules.judges and (rules.grounded == "off" or not grounded):
            return None
        return Monitoring(rules, self.monitor_of(tenant) if rules.judges else Unasked())


class Unasked:
    """The monitor of rules that judge nothing: the embedded one is some megabytes, and is not loaded for them."""

    thresholds: Mapping[str, float] = MappingProxyType({})

    def scores(self, texts: Sequence[str]) -> Sequence[Verdict]:
        """Never asked; a fault of ours must not pass for a harmless text."""
        raise AssertionError("a monitor was asked by rules that judge nothing")

    def held(self, text: str) -> int:
        """See Monitor."""
        return 0


def _embedded() -> Monitor:
    """Loaded only where it is wanted: it is some megabytes."""
    from shoal.trust.monitoring.cascade import load_cascade

    return load_cascade()
