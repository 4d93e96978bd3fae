"""Meter: what every way of metering a model has in common, and what is said of a model to meter it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shoal.call import Attempt, Price, Purpose
from shoal.chat import Usage
from shoal.impacts import Basis, Impacts, Range, shared
from shoal.metering.cost import EXACT, billed_usd, expected_usd
from shoal.metering.place import Place

JOULES_PER_WH = 3600.0
COUNTED = (
    "energy counters of this machine ({counters}), shared among its requests, and the building (PUE); without idle "
    "energy, network and what has no counter"
)


@dataclass(frozen=True, slots=True)
class Metered:
    """A model as metering sees it.

    `kind` is "embedded" (in this process), "served" (on hardware that is known) or "remote" (a service). `region` is a
    cloud region or a country, None where not known. `hardware` names an accelerator of the facts, or for embedded
    models a processor ("aws/ice lake"); `accelerators` is how many one copy of the model runs on. `active_b` are the
    parameters (1e9) that one token passes, less than `params_b` in a mixture of experts; `bits` per weight.
    `provider` and `upstream` are the service's and the model's names in public lists. `concurrency` is how many
    requests run at once where that is not observed; `electricity_usd_per_kwh` is what the energy of own machines costs.
    `counters` are those that tell of it ("RAPL"), "" where none do.
    """

    name: str
    kind: str
    region: str | None = None
    pue: float | None = None
    wue: float | None = None
    hardware: str | None = None
    accelerators: int = 1
    params_b: float | None = None
    active_b: float | None = None
    bits: int = 16
    provider: str | None = None
    upstream: str | None = None
    price: Price | None = None
    concurrency: float | None = None
    electricity_usd_per_kwh: float | None = None
    counters: str = ""


Forecast = tuple[float | None, float | None, float | None]
"""USD, Wh and gCO2e; None is unknown."""


class Answer(NamedTuple):
    """An answer to come: tokens of its prompt, of them cached, of its output, and the seconds that it will take."""

    prompt: int
    cached: int
    output: int
    latency_s: float

    def attempt(self, model: str, host: str) -> Attempt:
        """As an attempt of that model."""
        usage = Usage(self.prompt, self.output, self.cached)
        return Attempt(model, host, Purpose.ANSWER, 0.0, latency_s=self.latency_s, usage=usage)


class Meter(Protocol):
    """Meters the attempts of one model. `concurrency` is the mean number of requests at once on the model's host while
    the attempt ran, None where it was not observed. `measured` is for energy (Wh of the machines) from counters.
    `forecast` says of an answer to come what `measure` would expect, without the ranges: routers ask it of every
    candidate."""

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts: ...

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast: ...

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts: ...


def counted_bases(model: Metered, place: Place) -> tuple[Basis, ...]:
    """What measured figures of the model rest on."""
    return shared((place.basis(COUNTED.format(counters=model.counters or "named by the caller")),))


def answer_usd(price: Price | None, answer: Answer) -> float | None:
    """What an answer to come is expected to be billed; unknown without a price."""
    return None if price is None else expected_usd(price, answer.prompt, answer.cached, answer.output)


def forecast_of(found: Impacts) -> Forecast:
    """The expected values among the figures."""
    return found.expected("cost_usd"), found.expected("energy_wh"), found.expected("carbon_gco2e")


class UnknownMeter:
    """Meters a model of which nothing is known but perhaps its price: all else is unknown, never zero."""

    def __init__(self, price: Price | None = None, guessed: Range = EXACT) -> None:
        self._price, self._guessed = price, guessed

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """The cost alone."""
        return Impacts(cost_usd=billed_usd(self._price, attempt, self._guessed))

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast:
        """The cost alone."""
        return answer_usd(self._price, answer), None, None

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """The cost alone: where the energy was used is not known."""
        return self.measure(attempt, concurrency)
