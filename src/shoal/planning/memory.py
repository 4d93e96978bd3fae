"""Memory: how many devices a training run needs at least, so that it fits. It knows no time and no energy."""

from __future__ import annotations

from dataclasses import dataclass

from shoal.errors import ConfigError
from shoal.facts.tables import Facts
from shoal.planning.workload import Method, Workload, shape_of

GB = 1e9
BITS_PER_BYTE = 8
# The input of every layer is kept in 16 bit; what is inside a layer is computed again, one layer at a time.
KEPT_BYTES = 2.0
# Devices of one server share a sequence between them (tensor parallelism); servers do not.
PER_SERVER = 8


@dataclass(frozen=True, slots=True)
class Memory:
    """GB: `states_gb` of weights, gradients and optimizer over all devices; `activations_gb` of one sequence;
    `usable_gb` of one device; `fewest` devices that hold it."""

    states_gb: float
    activations_gb: float
    usable_gb: float
    fewest: int

    def fits(self, devices: int) -> bool:
        """Whether so many devices hold it."""
        return devices >= self.fewest

    def to_wire(self) -> dict[str, float]:
        """The JSON form."""
        return {
            "states_gb": round(self.states_gb, 3),
            "activations_gb": round(self.activations_gb, 3),
            "usable_gb_per_device": round(self.usable_gb, 2),
            "fewest_devices": self.fewest,
        }


def memory(work: Workload, memory_gb: float, facts: Facts) -> Memory:
    """What the run holds on devices of `memory_gb`, all states spread over all of them (ZeRO, Rajbhandari et al. 2020)
    and one sequence at a time. Raises ConfigError where one sequence alone is too long for a server."""
    usable = memory_gb * facts.find("training", "any", "memory_share").value
    states, kept = states_gb(work, facts), activations_gb(work, facts)
    if kept / PER_SERVER >= usable:
        raise ConfigError(
            f"one sequence takes {kept:,.0f} GB and a server of {PER_SERVER} devices has {PER_SERVER * usable:,.0f}: "
            "shorten --context"
        )
    return Memory(states, kept, usable, _fewest(states, kept, usable))


def states_gb(work: Workload, facts: Facts) -> float:
    """Weights, gradients and optimizer of what is trained, and the weights of what is frozen."""
    per_trained = facts.find("training", "any", "bytes_full").value
    if not work.method.frozen:
        return work.params * per_trained / GB
    trained_of_base = work.trainable or 0.0 if work.method is Method.HEAD else 0.0
    frozen = work.params - trained_of_base
    return (frozen * work.base_bits / BITS_PER_BYTE + (work.trainable or 0.0) * per_trained) / GB


def activations_gb(work: Workload, facts: Facts) -> float:
    """One sequence with the layers computed again: each layer's input, and the inside of one (Korthikanti et al.
    2022)."""
    shape = shape_of(work, facts.find("training", "any", "layer_aspect").value)
    context = work.context or facts.find("training", "any", "context").value
    inside = facts.find("training", "any", "activation_bytes").value
    return context * shape.width * (KEPT_BYTES * shape.layers + inside) / GB


def _fewest(states: float, kept: float, usable: float) -> int:
    """The least number of devices: states over all, the sequence over those of one server."""
    for devices in range(1, PER_SERVER + 1):
        if (states + kept) / devices <= usable:
            return devices
    rest = usable - kept / PER_SERVER
    return max(PER_SERVER, -int(-states // rest))
