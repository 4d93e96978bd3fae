"""Names of the GenAI semantic conventions, and what of an exchange goes under which. It knows no SDK.

Of version 1.44.0 of OpenTelemetry's conventions; what they have no name for begins with "shoal.".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shoal.call import Attempt
from shoal.config import Settings
from shoal.impacts import UNKNOWN, Impacts, Range
from shoal.stores.ledger import Record

# The version of the semantic conventions that the names below are of.
SCHEMA = "https://opentelemetry.io/schemas/1.44.0"
CHAT = "chat"
OK = "ok"
# What the conventions call the kinds of hosts that they know; any other goes by its own name.
PROVIDERS = {
    **{"anthropic": "anthropic", "azure": "azure.ai.openai", "deepseek": "deepseek"},
    **{"groq": "groq", "mistral": "mistral_ai", "openai": "openai"},
}
OWN = "shoal"
HERE = "embedded"
# The boundaries that the conventions recommend.
SECONDS = tuple(0.01 * 2**power for power in range(14))
FIRST_SECONDS = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
TOKENS = tuple(4**power for power in range(14))
# Each metric: unit, what it says, and its boundaries.
HISTOGRAMS: Mapping[str, tuple[str, str, tuple[float, ...]]] = {
    "gen_ai.client.operation.duration": ("s", "Calls of models", SECONDS),
    "gen_ai.client.operation.time_to_first_chunk": ("s", "To the first piece of a streamed call", FIRST_SECONDS),
    "gen_ai.client.token.usage": ("{token}", "Tokens of a call", TOKENS),
    "gen_ai.server.request.duration": ("s", "Exchanges, from body read to end", SECONDS),
    "gen_ai.server.time_to_first_token": ("s", "To the first piece of a reply", FIRST_SECONDS),
}
COUNTERS: Mapping[str, tuple[str, str, str]] = {
    "energy_wh": ("shoal.energy", "Wh", "Energy of attempts, as expected"),
    "carbon_gco2e": ("shoal.carbon", "g", "Usage (location-based) and embodied carbon in gCO2e, as expected"),
    "water_ml": ("shoal.water", "mL", "Water of attempts, as expected"),
    "cost_usd": ("shoal.cost", "{USD}", "Cost of attempts"),
}


def of_exchange(record: Record) -> dict[str, Any]:
    """The attributes of an exchange's metrics."""
    return _named(record.asked, record.model, OWN, record.outcome)


def of_attempt(attempt: Attempt, hosts: Mapping[str, str]) -> dict[str, Any]:
    """The attributes of an attempt's metrics; `hosts` are their names as the conventions have them."""
    provider = hosts.get(attempt.host, OWN if attempt.host == HERE else attempt.host)
    return _named(attempt.model, attempt.model, provider, attempt.outcome)


def span_of_exchange(record: Record) -> dict[str, Any]:
    """The attributes of an exchange's span."""
    usage = record.usage()
    return of_exchange(record) | {
        "shoal.exchange.id": record.id,
        "gen_ai.request.stream": record.streamed,
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        **dict(_first(record.first_piece_s)),
        **dict(_took(record.impacts)),
    }


def span_of_attempt(attempt: Attempt, hosts: Mapping[str, str]) -> dict[str, Any]:
    """The attributes of an attempt's span."""
    usage = attempt.usage
    return of_attempt(attempt, hosts) | {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "shoal.purpose": attempt.purpose.value,
        "shoal.retry": attempt.retry,
        **dict(_first(attempt.first_piece_s)),
        **dict(_took(attempt.impacts)),
    }


def providers(settings: Settings) -> dict[str, str]:
    """What the conventions call each host: by its kind, else by its own name."""
    return {name: PROVIDERS.get(host.row or "", host.row or name) for name, host in settings.hosts.items()}


def _named(asked: str, answered: str | None, provider: str, outcome: str) -> dict[str, Any]:
    named = {"gen_ai.operation.name": CHAT, "gen_ai.provider.name": provider, "gen_ai.request.model": asked}
    if answered is not None:
        named["gen_ai.response.model"] = answered
    return named if outcome == OK else named | {"error.type": outcome}


def _first(seconds: float | None) -> Iterator[tuple[str, float]]:
    if seconds is not None:
        yield "gen_ai.response.time_to_first_chunk", seconds


def _took(impacts: Impacts | None) -> Iterator[tuple[str, Any]]:
    """What was taken, each quantity with its range; what is unknown is left out, and the tier says so."""
    if impacts is None:
        return
    yield "shoal.tier", str(impacts.tier or UNKNOWN)
    for name in COUNTERS:
        found: Range | None = getattr(impacts, name)
        if found is not None:
            ends = {"": found.expected, ".low": found.low, ".high": found.high}
            yield from ((f"shoal.{name}{end}", value) for end, value in ends.items())
