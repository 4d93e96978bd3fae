"""Settings of routing: which certified route `auto` takes among the configured models, and within which bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from shoal.config.table import Mode, Table

Optimize = Literal["cost", "energy", "carbon", "latency", "quality"]


CheckName = Literal["refusal", "form", "logprobs", "confidence", "agreement", "grounding"]


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
