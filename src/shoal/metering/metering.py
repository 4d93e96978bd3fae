"""Metering: one meter per model, built once from facts; an attempt's and an answer's impacts in a few microseconds.

It keeps no records and reads no clock: `residents.py` says how many requests ran at once, `windows.py` shares counters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shoal.call import Attempt
from shoal.errors import ConfigError
from shoal.facts.tables import Facts
from shoal.impacts import NO_ENDS, UNKNOWN_ENDS, Impacts, Range, Tier, ends_of, total
from shoal.metering.cost import listed_price
from shoal.metering.cpu import CpuMeter, LocalMeter
from shoal.metering.estimator import Estimator
from shoal.metering.gpu import GpuMeter
from shoal.metering.meter import JOULES_PER_WH, Meter, Metered, UnknownMeter
from shoal.metering.place import Place, place
from shoal.metering.remote import RemoteMeter

KINDS = ("embedded", "served", "remote")


class Metering:
    """The meters of all models by name, and the place `here` of this process."""

    def __init__(self, meters: Mapping[str, Meter], counter_error: Range, here: Place) -> None:
        self.here = here
        self._meters = dict(meters)
        self._unknown = UnknownMeter()
        self._wh_per_joule = counter_error.scaled(1 / JOULES_PER_WH)

    def attempt(self, attempt: Attempt, concurrency: float | None = None) -> Impacts:
        """What one attempt took; unknown for a model that nobody described. `concurrency` is the mean number of
        requests at once on its host meanwhile, None where not observed."""
        return self._meters.get(attempt.model, self._unknown).measure(attempt, concurrency)

    def meter(self, name: str) -> Meter:
        """The meter of that model; of one that nobody described, a meter that knows nothing."""
        return self._meters.get(name, self._unknown)

    def measured(self, attempt: Attempt, joules: float, concurrency: float | None = None) -> Impacts:
        """The same with the joules of the machines, without the building, that counters gave for this attempt."""
        meter = self._meters.get(attempt.model, self._unknown)
        return meter.measured(self._wh_per_joule.scaled(joules), attempt, concurrency)

    def idle(self, joules: float) -> Impacts:
        """What energy of this machine that no request caused means here. The making of machines is no part of it."""
        it_wh = ends_of(self._wh_per_joule.scaled(joules))
        return self.here.impacts(it_wh, NO_ENDS, NO_ENDS, UNKNOWN_ENDS, Tier.MEASURED, ())

    def answer(self, attempts: Sequence[Attempt], concurrency: Mapping[int, float] | None = None) -> Impacts:
        """The sum over every attempt that an answer caused. `concurrency` by the attempt's position."""
        if len(attempts) == 1:
            return self.attempt(attempts[0], None if concurrency is None else concurrency.get(0))
        known = concurrency or {}
        return total(self.attempt(each, known.get(at)) for at, each in enumerate(attempts))


def build(
    models: Iterable[Metered], facts: Facts, estimator: Estimator | None = None, here: Metered | None = None
) -> Metering:
    """A meter for each model; `here` says where this process runs. Asks the estimator about remote ones, which may take
    a while: not on the way of a request.

    Raises ConfigError that names the nearest for an unknown region or hardware.
    """
    error = Range.of(facts.find("server", "any", "counter_error"))
    meters = {model.name: _meter(model, facts, estimator) for model in models}
    return Metering(meters, error, place_of(here or Metered("", "embedded"), facts))


def place_of(model: Metered, facts: Facts) -> Place:
    """Where the model runs."""
    return place(facts, model.region, pue=model.pue, wue=model.wue)


def _meter(model: Metered, facts: Facts, estimator: Estimator | None) -> Meter:
    """The model's meter. A host on this machine without an accelerator is counted like an embedded model; what was
    counted needs no size of the model."""
    found = _modelled(model, facts, estimator)
    if model.kind == "embedded" or not model.counters:
        return found
    if model.params_b is not None and model.hardware is not None:
        return found
    where, guessed = place_of(model, facts), Range.of(facts.find("fit", "any", "guessed_tokens"))
    counted = CpuMeter(model, where, facts) if model.hardware is None else GpuMeter(model, 1.0, where, facts)
    return LocalMeter(model, found, counted, guessed)


def _modelled(model: Metered, facts: Facts, estimator: Estimator | None) -> Meter:
    if model.kind not in KINDS:
        raise ConfigError(f"models.{model.name}: a model is metered as one of {', '.join(KINDS)}, not '{model.kind}'")
    model = _priced(model, facts)
    if model.kind == "embedded":
        return CpuMeter(model, place_of(model, facts), facts)
    if model.kind == "remote" and estimator is not None and model.provider is not None:
        rates = estimator.rates(model.provider, model.upstream or model.name)
        if rates is not None:
            region = model.region or rates.zone
            return RemoteMeter(model, rates, place(facts, region, pue=1.0, wue=model.wue), facts)
    if model.params_b is None:
        return UnknownMeter(model.price, Range.of(facts.find("fit", "any", "guessed_tokens")))
    tier = Tier.MODELLED if model.kind == "served" and model.hardware is not None else Tier.ESTIMATED
    return GpuMeter(model, model.params_b, place_of(model, facts), facts, tier)


def _priced(model: Metered, facts: Facts) -> Metered:
    """The model with its list price where the settings give none."""
    if model.price is not None or model.provider is None or model.kind != "remote":
        return model
    return replace(model, price=listed_price(facts, model.provider, model.upstream or model.name))
