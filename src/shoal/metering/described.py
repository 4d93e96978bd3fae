"""What metering needs to know of a model, from its card and the settings. It builds no meters."""

from __future__ import annotations

from dataclasses import replace

from shoal.call import ModelCard
from shoal.config.metering import HostMachines, Machines, Metering, Weight
from shoal.metering.meter import Metered

# Kinds of hosts that a company runs itself; their machines are known or not, but there is no service's price or list.
OWN_ROWS = frozenset({"vllm", "ollama", "llama.cpp", "lm studio", "tgi", "sglang"})


def described(card: ModelCard, settings: Metering, *, row: str | None = None, upstream: str | None = None) -> Metered:
    """The model as its meter sees it. `row` is the kind of its host ("openai", "vllm", ...), None where the settings
    give only a dialect; `upstream` the model's name there. A host with hardware in the settings, or of a kind that one
    runs oneself, is "served"; any other is "remote"."""
    weight = settings.models.get(card.name, Weight())
    if card.kind != "host":
        return _on(settings.here, Metered(card.name, "embedded", price=card.price))
    machines = settings.hosts.get(card.host, HostMachines())
    served = machines.hardware is not None or row in OWN_ROWS
    model = Metered(
        card.name,
        "served" if served else "remote",
        params_b=card.params_b,
        active_b=weight.active_b,
        bits=weight.bits,
        provider=None if served else weight.provider or row,
        upstream=upstream or card.name,
        price=card.price,
    )
    return _on(machines, model)


def _on(machines: Machines, model: Metered) -> Metered:
    return replace(
        model,
        region=machines.region,
        hardware=machines.hardware,
        accelerators=machines.accelerators,
        pue=machines.pue,
        wue=machines.wue,
        concurrency=machines.concurrency,
        electricity_usd_per_kwh=machines.electricity_usd_per_kwh,
    )
