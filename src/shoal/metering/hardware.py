"""What machines draw and what their making took, from the facts. It knows nothing of models or answers."""

from __future__ import annotations

from shoal.facts.tables import Facts
from shoal.impacts import Range

SECONDS_PER_YEAR = 365.25 * 86400


def cpu_busy_w(facts: Facts, processor: str | None) -> Range:
    """Watts of a busy virtual CPU: of a processor ("aws/ice lake"), else of any. Raises ConfigError."""
    if processor is None:
        return Range.of(facts.find("server", "any", "cpu_w"))
    return Range.of(facts.find("cpu", processor.lower(), "busy_w"))


def busy_life_s(facts: Facts) -> Range:
    """The seconds that a machine works in its life: lifetime x the share of it in use."""
    years = Range.of(facts.find("server", "any", "lifetime_years"))
    return (years * Range.of(facts.find("server", "any", "busy_share"))).scaled(SECONDS_PER_YEAR)


def accelerator_kg(facts: Facts, accelerator: str) -> Range:
    """kgCO2e of making an accelerator and its share of the server; low without the server, for comparison with figures
    that leave it out. An accelerator without a figure of its own gets that of any."""
    own = facts.get("hardware", accelerator, "embodied_kg") or facts.find("server", "gpu", "embodied_kg")
    share = _server_share(facts, "embodied_kg")
    return Range.of(own) + Range(0.0, share.expected, share.high)


def accelerator_kgsbeq(facts: Facts) -> Range:
    """kgSbeq of making an accelerator and its share of the server; low without the server."""
    share = _server_share(facts, "materials_kgsbeq")
    return Range.of(facts.find("server", "gpu", "materials_kgsbeq")) + Range(0.0, share.expected, share.high)


def _server_share(facts: Facts, quantity: str) -> Range:
    of_server = Range.of(facts.find("server", "gpu-server", quantity))
    return of_server.scaled(1 / facts.find("server", "gpu-server", "gpus").value)
