"""Embedded models: CPU seconds times the power of a busy virtual CPU, and the server's making by the same seconds."""

from __future__ import annotations

from shoal.call import Attempt
from shoal.facts.tables import Facts
from shoal.impacts import NO_ENDS, ZERO, Basis, Impacts, Range, Tier, ends_of, shared
from shoal.metering.cost import billed_usd
from shoal.metering.hardware import busy_life_s, cpu_busy_w
from shoal.metering.meter import JOULES_PER_WH, Answer, Forecast, Meter, Metered, counted_bases, forecast_of
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
        self._bases, self._counted = shared((place.basis(BOUNDARY),)), counted_bases(model, place)
        # All of it is proportional to the CPU seconds, where they are known.
        self._per_s = self._impacts(self._wh_per_s, Range(1.0, 1.0, 1.0), Tier.MODELLED, self._bases).ends

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """From the CPU seconds that the model reported; where it reported none, at most the seconds that it took."""
        known = attempt.usage.cpu_s
        if known > 0:
            return Impacts.flat(tuple([each * known for each in self._per_s]), Tier.MODELLED, self._bases)
        seconds = Range(0.0, attempt.latency_s / 2, attempt.latency_s)
        return self._impacts(self._wh_per_s * seconds, seconds, Tier.MODELLED, self._bases)

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast:
        """What `measure` expects."""
        return forecast_of(self.measure(answer.attempt("", ""), concurrency))

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """The same attempt with the energy that counters gave. Where the model reported no CPU seconds, the machine was
        busy for so many as its power needs for that energy."""
        known = attempt.usage.cpu_s
        seconds = Range(known, known, known) if known > 0 else it_wh * self._wh_per_s.inverse()
        return self._impacts(it_wh, seconds, Tier.MEASURED, self._counted)

    def _impacts(self, it_wh: Range, seconds: Range, tier: Tier, bases: tuple[Basis, ...]) -> Impacts:
        cost = (it_wh * self._place.energy).scaled(self._usd_per_wh) if self._usd_per_wh else ZERO
        ends = ends_of(it_wh), ends_of(self._embodied_per_s * seconds)
        # Raw materials of processors' servers are not published by the vCPU: only those of the electricity count here.
        return self._place.impacts(*ends, NO_ENDS, ends_of(cost), tier, bases)


class LocalMeter:
    """A host on this machine: as `modelled` has it, until the counters have spoken."""

    def __init__(self, model: Metered, modelled: Meter, counted: Meter, guessed: Range) -> None:
        self._price = model.price
        self._modelled = modelled
        self._counted = counted
        self._guessed = guessed

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """Without counters: what is known of a host anywhere."""
        return self._modelled.measure(attempt, concurrency)

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast:
        """As `measure`."""
        return self._modelled.forecast(answer, concurrency)

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """With the energy that counters gave, and the price of the settings where there is one."""
        found = self._counted.measured(it_wh, attempt, concurrency)
        if self._price is None:
            return found
        cost = ends_of(billed_usd(self._price, attempt, self._guessed))
        return Impacts.flat((*found.ends[:-3], *cost), found.tier, found.bases)
