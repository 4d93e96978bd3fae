"""The fit of GPU energy per token to parameters and concurrency, and where it holds. It knows no model by name.

J per output token = (a + b P) / B + c + d P, with P parameters in 1e9 and B requests at once: the step that all
requests of a batch share, and each token's own work; and e per token of context beyond that of the fit's own points,
which every token must read. Own fit to the ML.ENERGY leaderboard: H100, vLLM, dense bf16, GPU alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from shoal.facts.tables import Facts
from shoal.impacts import Range

SUBJECT = "h100-dense-bf16"


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients (J), the domain, and what measured over modelled energy was inside (`error`) or is taken to be
    outside (`outside`)."""

    step_fixed: float
    step_per_b: float
    token_fixed: float
    token_per_b: float
    params_b: Range
    concurrency: Range
    context: Range
    context_in_fit: float
    context_j: Range
    error: Range
    outside: Range

    def joules_per_token(self, params_b: float, concurrency: float, context: float = 0.0) -> float:
        """J of the GPUs per output token; `context` is the mean number of tokens before it."""
        beyond = max(context - self.context_in_fit, 0.0)
        return self.step_j(params_b) / concurrency + self.token_j(params_b) + self.context_j.expected * beyond

    def step_j(self, params_b: float) -> float:
        """J that all requests of a batch share, per token of each."""
        return self.step_fixed + self.step_per_b * params_b

    def token_j(self, params_b: float) -> float:
        """J of each token's own work."""
        return self.token_fixed + self.token_per_b * params_b

    def knows(self, params_b: float) -> bool:
        """Whether the fit was made on models of that size."""
        return self.params_b.low <= params_b <= self.params_b.high


def read_fit(facts: Facts) -> Fit:
    """The fit as the facts hold it. Raises ConfigError where a row is missing."""
    value = {fact.quantity: fact.value for fact in facts.about("fit", SUBJECT)}
    spread = {fact.quantity: Range.of(fact) for fact in facts.about("fit", SUBJECT)}
    return Fit(
        value["step_fixed_j"],
        value["step_per_1e9_j"],
        value["token_fixed_j"],
        value["token_per_1e9_j"],
        spread["params_b"],
        spread["concurrency"],
        spread["context"],
        value["context_in_fit"],
        spread["context_j"],
        spread["error"],
        spread["outside"],
    )
