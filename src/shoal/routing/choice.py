"""A router's choice with all that was weighed, as explanations, records and audits tell it. It chooses nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from shoal.chat import Json
from shoal.routing.policy import UNKNOWN_PRICE, Candidate

QUANTITIES = ("cost_usd", "energy_wh", "carbon_gco2e")


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that answers, why, all candidates with their estimates, and the threshold that was certified;
    `propensity` is the chance with which this model was chosen, below 1 only where the router explores."""

    model: str
    reason: str
    candidates: tuple[Candidate, ...] = ()
    threshold: float | None = None
    foreign: bool = False
    propensity: float = 1.0

    def to_record(self) -> Json:
        """Its numbers, as records and audits keep them."""
        # How sure the figures are is told of those between which it was chosen.
        sides = (self.model, self.candidates[0].name if self.candidates else None)
        return {
            "model": self.model,
            "reason": self.reason,
            "threshold": _rounded(self.threshold),
            "foreign": self.foreign,
            "propensity": _rounded(self.propensity),
            "candidates": [_told(each, self.because(each), ranged=each.name in sides) for each in self.candidates],
        }

    def slim(self) -> Choice:
        """The same with the reference and the chosen one alone: a hundred thousand of them may be remembered."""
        first = self.candidates[:1]
        return replace(self, candidates=first + tuple(each for each in self.candidates[1:] if each.name == self.model))

    def because(self, candidate: Candidate) -> str:
        """Why this candidate was chosen, or was not."""
        first = self.candidates[0]
        if candidate.name == self.model or candidate.barred is not None:
            return candidate.barred or "chosen"
        if candidate is first:
            return "the reference: another will do at a lower price"
        if self.foreign:
            return "the request is foreign"
        if self.threshold is None:
            return "nothing is certified"
        if candidate.loss is None or candidate.loss > self.threshold:
            return "its expected loss is above the threshold"
        if candidate.price == UNKNOWN_PRICE:
            return "what it would take is not known"
        return self.reason if self.model == first.name else "it will do, and another is cheaper"


def _told(candidate: Candidate, because: str, *, ranged: bool) -> Json:
    offer = candidate.offer
    took = offer.took() if ranged and offer.took is not None else None
    found = {} if took is None else {name: getattr(took, name) for name in QUANTITIES}
    ends = {
        name: [_rounded(each.low), _rounded(each.high)]
        for name, each in found.items()
        if each is not None and each.low < each.high
    }
    return {
        "model": candidate.name,
        "good": _rounded(candidate.good),
        "loss": _rounded(candidate.loss),
        "tokens": None if candidate.tokens is None else round(candidate.tokens),
        "cost_usd": _rounded(offer.cost_usd),
        "energy_wh": _rounded(offer.energy_wh),
        "carbon_gco2e": _rounded(offer.carbon_gco2e),
        "latency_s": _rounded(offer.latency_s),
        "price": _rounded(candidate.price),
        "escalates": _rounded(candidate.escalates),
        "barred": candidate.barred,
        "because": because,
        **({"ends": ends} if ends else {}),
    }


def _rounded(value: float | None) -> float | None:
    """Four digits; None for what is not known."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.4g}")
