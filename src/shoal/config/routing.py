"""Settings of routing: which certified route `auto` takes among the configured models, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from shoal.config.table import Mode, Table

Optimize = Literal["cost", "energy", "carbon", "latency", "quality"]


CheckName = Literal["refusal", "form", "logprobs", "confidence", "agreement", "grounding"]


class Weights(Table):
    """What counts when a certified route compares models: what a dollar, a watt-hour, a gram of CO2e and a second are
    worth, in dollars. As it comes, 0.20 per kWh and 100 per tonne."""

    cost: float = Field(1, ge=0)
    energy: float = Field(0.0002, ge=0)
    carbon: float = Field(0.0001, ge=0)
    latency: float = Field(0, ge=0)


class Cascade(Table):
    """[cascades.NAME]: `models` from the smallest on; each answer but the last model's must pass the `checks`.
    `least_logprob` is the least mean log-probability of a token, `least_confidence` of a specialist; `samples` the
    further answers that must agree. `certificate` is the file that allows this; without one the last model answers,
    unless `uncertified`."""

    models: tuple[str, ...] = Field(min_length=2)
    checks: tuple[CheckName, ...] = ("refusal", "form")
    least_logprob: float = Field(-0.5, le=0)
    least_confidence: float = Field(0.7, ge=0, le=1)
    samples: int = Field(2, ge=1, le=10)
    certificate: Path | None = None
    uncertified: bool = False


class TenantWeights(Table):
    """[routing.tenants.NAME.weights]: those of [auto.weights] that differ."""

    cost: float | None = Field(None, ge=0)
    energy: float | None = Field(None, ge=0)
    carbon: float | None = Field(None, ge=0)
    latency: float | None = Field(None, ge=0)


class TenantRouting(Table):
    """[routing.tenants.NAME]: what differs for one organisation; what is left out is as for all. With `route` "" it has
    none. `weights` and `floor` stand in place of those in [auto]."""

    mode: Mode | None = None
    route: Path | Literal[""] | None = None
    licences: tuple[str, ...] | None = None
    allow: tuple[Optimize, ...] | None = None
    weights: TenantWeights = TenantWeights()
    floor: float | None = Field(None, ge=0, le=1)


class Routing(Table):
    """[routing]: `route` is a folder that `shoal route certify` wrote. In `observe` the decision is recorded and the
    reference answers. `licences`, where any are named, are the only ones of models that may answer; `allow` what a
    caller may ask to optimise; `sticky_s` how long a conversation stays with its model, `sticky_most` how many
    conversations are remembered. `uncertified` lets an expired certificate hold on. `explore` is the chance that
    another certified model answers, where the organisation keeps content; `shadow` the share of requests of which the
    reference is asked as well after a smaller model has answered, there too, and `shadow_judge` the model that scores
    both answers."""

    mode: Mode = "enforce"
    route: Path | None = None
    licences: tuple[str, ...] = ()
    allow: tuple[Optimize, ...] = ("cost", "energy", "carbon", "latency", "quality")
    sticky_s: float = Field(3600.0, ge=0)
    sticky_most: int = Field(100_000, ge=1)
    uncertified: bool = False
    explore: float = Field(0.0, ge=0, le=0.05)
    shadow: float = Field(0.0, ge=0, le=0.05)
    shadow_judge: str | None = None
    tenants: Mapping[str, TenantRouting] = Field(default_factory=dict)

    def with_own(self, own: TenantRouting) -> Routing:
        """The same with what an organisation has of its own."""
        found = {name: value for name, value in stated(own).items() if name in ("mode", "licences", "allow")}
        return self.model_copy(update={**found, "route": self.route if own.route is None else own.route or None})


def stated(table: Table) -> dict[str, Any]:
    """What a table says, by name: all that is not None."""
    return {name: value for name, value in table if value is not None}
