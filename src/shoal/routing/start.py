"""What routing needs at start: the route of the settings, the prices of answers, the cascades. It chooses nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog

from shoal.call import Attempt, ModelCard, Purpose
from shoal.chat import Usage
from shoal.config import Settings, nearest
from shoal.config.routing import Cascade as CascadeRow
from shoal.errors import ConfigError
from shoal.impacts import Impacts, Range
from shoal.routing.cascade import PREFIX, Cascade, Step
from shoal.routing.checks import Agreement, Check, Confidence, Form, Refusal, Support, Surprise
from shoal.routing.drift import Drift, Watch, share_of
from shoal.routing.pace import Pace
from shoal.routing.policy import Offer, Weights
from shoal.routing.route import Route
from shoal.routing.router import Pricer, Router, Rules

Measure = Callable[[Attempt], Impacts]
"""What an attempt would take, at the concurrency of now."""


def open_router(
    settings: Settings,
    cards: Mapping[str, ModelCard],
    pricer: Pricer,
    emit: Callable[[str, Mapping[str, Any]], object] = lambda *_: None,
) -> Router | None:
    """The router of the settings; None where none is named or routing is off. Raises ConfigError where its files are
    damaged, or it is certified against another reference than auto.reference. `emit` takes events."""
    rules = settings.routing
    if rules.route is None or rules.mode == "off":
        return None
    route = Route.load(rules.route)
    for name in route.certificate.models:
        if name not in cards:
            structlog.get_logger("shoal.routing").warning("routed_model_missing", model=name)
    row = settings.auto.weights
    weights = Weights(row.cost, row.energy, row.carbon, row.latency)
    return Router(
        route,
        cards,
        settings.auto.reference,
        pricer,
        Rules(
            weights,
            rules.licences,
            rules.allow,
            rules.sticky_s,
            rules.sticky_most,
            rules.uncertified,
            # Where the choice is only observed the reference answers: then nothing can be explored.
            rules.explore if rules.mode == "enforce" else 0.0,
            frozenset(name for name, row in settings.audit.tenants.items() if row.content == "masked"),
        ),
        watch=Watch(Drift(share_of(route.certificate)), emit),
    )


def pricer_of(cards: Mapping[str, ModelCard], measure: Measure, pace: Pace) -> Pricer:
    """Prices from the metering of now: what an attempt with so many tokens would take."""

    def price(name: str, prompt: int, cached: int, output: float) -> Offer:
        usage = Usage(prompt_tokens=prompt, completion_tokens=round(output), cached_tokens=cached)
        host = cards[name].host if name in cards else ""
        seconds = pace.expected_s(name, output)
        attempt = Attempt(name, host, Purpose.ANSWER, 0.0, latency_s=seconds or 0.0, usage=usage)
        found = measure(attempt)
        return Offer(
            _expected(found.cost_usd),
            _expected(found.energy_wh),
            _expected(found.carbon_gco2e),
            seconds,
        )

    return price


def open_cascades(rows: Mapping[str, CascadeRow], known: Collection[str]) -> list[Cascade]:
    """The cascades of the settings. Raises ConfigError that names the nearest for a model that is not known."""
    found = []
    for name, row in rows.items():
        for model in row.models:
            if model not in known:
                raise ConfigError(f"cascades.{name}.models: '{model}'{nearest(model, known)}")
            if model.startswith(PREFIX):
                raise ConfigError(f"cascades.{name}.models: '{model}' is a cascade itself: name its models instead")
        *first, last = row.models
        found.append(Cascade(name, [Step(model, checks_of(row)) for model in first], last))
    return found


def checks_of(row: CascadeRow) -> tuple[Check, ...]:
    """The checks in the order of the settings."""
    every: dict[str, Check] = {
        "refusal": Refusal(),
        "form": Form(),
        "logprobs": Surprise(row.least_logprob),
        "confidence": Confidence(row.least_confidence),
        "agreement": Agreement(row.samples),
        "grounding": Support(),
    }
    return tuple(every[name] for name in row.checks)


def _expected(value: Range | None) -> float | None:
    return None if value is None else value.expected
