"""Workload: what is trained, and the floating-point operations that it takes. It knows no machines and no places.

Every formula stands in docs/methodology/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shoal.errors import ConfigError
from shoal.facts.tables import Facts
from shoal.impacts import Range


class Method(StrEnum):
    """What is trained: everything anew, everything from a base that there is, adapters beside a frozen base, or the
    last part of one."""

    FULL = "full"
    CONTINUED = "continued"
    LORA = "lora"
    HEAD = "head"

    @property
    def frozen(self) -> bool:
        """Whether the base's own weights stay as they are."""
        return self in (Method.LORA, Method.HEAD)


# FLOP per token and parameter that it passes: 2 forward, 2 back through it, 2 for the gradient of a trained weight.
PASSED = {Method.FULL: 6.0, Method.CONTINUED: 6.0, Method.LORA: 4.0, Method.HEAD: 2.0}
# The same per trained parameter of a frozen base: adapters are passed on top; a head is passed already.
TRAINED = {Method.LORA: 6.0, Method.HEAD: 4.0}
# Attention has no weights: 2 forward and 4 back, per layer, width and token of context that is looked at.
ATTENTION = {Method.FULL: 6.0, Method.CONTINUED: 6.0, Method.LORA: 6.0, Method.HEAD: 2.0}
UNMASKED = 2.0
WEIGHTS_PER_LAYER = 12.0


@dataclass(frozen=True, slots=True)
class Workload:
    """A training run. `params` are all parameters, `active` those that a token passes in a mixture of experts;
    `tokens` the distinct ones and `epochs` how often each is seen; `trainable` the trained parameters of a frozen base;
    `context` the tokens of a sequence (None: attention is not counted); `precision` and `base_bits` in bits.

    Raises ConfigError for what cannot be trained.
    """

    params: float
    tokens: float
    active: float | None = None
    epochs: float = 1.0
    method: Method = Method.FULL
    trainable: float | None = None
    context: int | None = None
    layers: int | None = None
    width: int | None = None
    precision: int = 16
    base_bits: int = 16

    def __post_init__(self) -> None:
        for name in ("params", "tokens", "epochs", "active", "trainable", "context", "layers", "width"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigError(f"{name} must be above 0, not {value:g}")
        if self.active is not None and self.active > self.params:
            raise ConfigError("more parameters are active than there are: give all of them with --params")
        if self.method.frozen and self.trainable is None:
            raise ConfigError(f"the method {self.method} trains a part: say how many parameters with --trainable")
        if not self.method.frozen and self.trainable is not None:
            raise ConfigError(
                f"the method {self.method} trains everything: leave --trainable out, or take lora or head"
            )
        if self.trainable is not None and self.trainable > self.params:
            raise ConfigError("more parameters are trained than there are: give all of them with --params")
        if (self.layers is None) != (self.width is None):
            raise ConfigError("the model's shape needs both --layers and --width")

    @property
    def passed(self) -> float:
        """The parameters that a token passes."""
        return self.params if self.active is None else self.active

    @property
    def seen(self) -> float:
        """The tokens that pass, each epoch anew."""
        return self.tokens * self.epochs


@dataclass(frozen=True, slots=True)
class Shape:
    """A transformer's layers and width. `stated` is False where they follow from the number of parameters."""

    layers: float
    width: float
    stated: bool


def shape_of(work: Workload, aspect: float) -> Shape:
    """The stated shape, else that of N = 12 x layers x width^2 with width = aspect x layers (Kaplan et al. 2020)."""
    if work.layers is not None and work.width is not None:
        return Shape(work.layers, work.width, stated=True)
    layers = (work.passed / (WEIGHTS_PER_LAYER * aspect**2)) ** (1 / 3)
    return Shape(layers, aspect * layers, stated=False)


def flops(work: Workload, facts: Facts) -> Range:
    """FLOP of the run: 6 N D of a full run (Kaplan et al. 2020), 4 N + 6 T per token with adapters, 2 N + 4 T with a
    trained head; and the attention to a context (Chowdhery et al. 2022, appendix B)."""
    per_token = PASSED[work.method] * work.passed + TRAINED.get(work.method, 0.0) * (work.trainable or 0.0)
    return (Range.exactly(per_token) + attention(work, facts)).scaled(work.seen)


def attention(work: Workload, facts: Facts) -> Range:
    """FLOP per token of the attention; none where no context is given. Expected is the causal half that a good kernel
    computes, high the whole square."""
    if work.context is None:
        return Range.exactly(0.0)
    aspect = facts.find("training", "any", "layer_aspect")
    least, middle, most = (shape_of(work, each) for each in (aspect.high, aspect.value, aspect.low))
    factor = ATTENTION[work.method] * work.context
    return Range(
        factor * least.layers * least.width,
        factor * middle.layers * middle.width,
        factor * UNMASKED * most.layers * most.width,
    )
