"""Embedded models: CPU seconds times the power of a busy virtual CPU, and the server's making by the same seconds."""

from __future__ import annotations

from shoal.call import Attempt
from shoal.facts.tables import Facts
from shoal.impacts import ZERO, Impacts, Range, Tier
from shoal.metering.hardware import busy_life_s, cpu_busy_w
from shoal.metering.meter import JOULES_PER_WH, Metered
from shoal.metering.place import Place

BOUNDARY = "busy virtual CPUs with their share of the server, and the building (PUE); without network and idle machines"
G_PER_KG = 1e3


class CpuMeter:
    """Energy = cpu_s x W / 3600 (Wh); embodied = cpu_s x server kg x 1000 / (virtual CPUs x busy life in s)."""

    def __init__(self, model: Metered, place: Place, facts: Facts) -> None:
        self._place = place
        self._wh_per_s = cpu_busy_w(facts, model.hardware).scaled(1 / JOULES_PER_WH)
        server = Range.of(facts.find("server", "cpu-server", "embodied_kg")).scaled(G_PER_KG)
        share = Range.of(facts.find("server", "cpu-server", "vcpus")) * busy_life_s(facts)
        self._embodied_per_s = server * share.inverse()
        self._usd_per_wh = (model.electricity_usd_per_kwh or 0.0) / 1000
        self._bases = (place.basis(BOUNDARY),)

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """From the CPU seconds that the model reported; where it reported none, at most the seconds that it took."""
        seconds = self._seconds(attempt)
        return self._impacts(self._wh_per_s * seconds, seconds, Tier.MODELLED)

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """The same attempt with the energy that counters gave."""
        return self._impacts(it_wh, self._seconds(attempt), Tier.MEASURED)

    def _impacts(self, it_wh: Range, seconds: Range, tier: Tier) -> Impacts:
        embodied = self._embodied_per_s * seconds
        cost = (it_wh * self._place.energy).scaled(self._usd_per_wh) if self._usd_per_wh else ZERO
        # Raw materials of processors' servers are not published by the vCPU: only those of the electricity count here.
        return self._place.impacts(it_wh, embodied, ZERO, cost, tier, self._bases)

    def _seconds(self, attempt: Attempt) -> Range:
        known = attempt.usage.cpu_s
        if known > 0:
            return Range(known, known, known)
        return Range(0.0, attempt.latency_s / 2, attempt.latency_s)
