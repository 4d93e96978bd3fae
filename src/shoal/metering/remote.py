"""Remote services: an estimator's rates, widened and labelled, with the vendor's own figure beside them."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.call import Attempt
from shoal.chat import Usage
from shoal.facts.tables import Facts
from shoal.impacts import NO_ENDS, ZERO, Impacts, Range, Tier, ends_of, shared
from shoal.metering.cost import TURNED_AWAY, billed_usd
from shoal.metering.estimator import Rates
from shoal.metering.meter import Answer, Forecast, Metered, answer_usd, forecast_of
from shoal.metering.place import Place

BOUNDARY = "an estimate of the service's machines and building (PUE), after {says}; its range widened {factor:g} times"
# The vendor's own figure of each kind of host, in facts/data/vendors.csv.
VENDORS: Mapping[str, str] = {
    "openai": "chatgpt-average-query",
    "gemini": "gemini-apps-median-prompt",
    "mistral": "mistral-large-2-400-tokens",
}


class RemoteMeter:
    """Energy (Wh) = (once + per token x output) x the widening. The place's PUE must be 1: the rates hold it."""

    def __init__(self, model: Metered, rates: Rates, place: Place, facts: Facts) -> None:
        self._model = model
        self._place = place
        self._widened = Range.of(facts.find("fit", "any", "estimate_factor"))
        self._tokens_per_piece = Range.of(facts.find("fit", "any", "tokens_per_piece"))
        self._guessed = Range.of(facts.find("fit", "any", "guessed_tokens"))
        self._rates = rates
        boundary = BOUNDARY.format(says=rates.says, factor=self._widened.high)
        self._bases = shared((place.basis(boundary, vendor_figures(facts, model.provider)),))

    def measure(self, attempt: Attempt, concurrency: float | None) -> Impacts:
        """From the output tokens; unknown where the host worked but counted nothing."""
        cost = billed_usd(self._model.price, attempt, self._guessed)
        output = self._output(attempt, attempt.usage)
        if output is None:
            return Impacts(cost_usd=cost)
        rates, widened = self._rates, self._widened
        if output is ZERO:
            return self._place.impacts(NO_ENDS, NO_ENDS, NO_ENDS, ends_of(cost), Tier.ESTIMATED, self._bases)
        return self._place.impacts(
            ends_of((rates.once_wh + rates.token_wh * output) * widened),
            ends_of((rates.once_embodied_g + rates.token_embodied_g * output) * widened),
            ends_of((rates.once_materials_g + rates.token_materials_g * output) * widened),
            ends_of(cost),
            Tier.ESTIMATED,
            self._bases,
        )

    def forecast(self, answer: Answer, concurrency: float | None) -> Forecast:
        """What `measure` expects."""
        output = answer.output
        if not output:
            return forecast_of(self.measure(answer.attempt("", ""), concurrency))
        rates, widened, place = self._rates, self._widened.expected, self._place
        it_wh = (rates.once_wh.expected + rates.token_wh.expected * output) * widened
        embodied = (rates.once_embodied_g.expected + rates.token_embodied_g.expected * output) * widened
        usd = answer_usd(self._model.price, answer)
        return usd, it_wh * place.energy.expected, it_wh * place.usage.expected + embodied

    def measured(self, it_wh: Range, attempt: Attempt, concurrency: float | None) -> Impacts:
        """A service's machines have no counters here: the estimate."""
        return self.measure(attempt, concurrency)

    def _output(self, attempt: Attempt, usage: Usage) -> Range | None:
        if usage.completion_tokens:
            written = usage.completion_tokens
            return self._tokens_per_piece.scaled(written) if usage.estimated else Range.exactly(written)
        if attempt.pieces:
            return self._tokens_per_piece.scaled(attempt.pieces)
        return ZERO if attempt.outcome in TURNED_AWAY else None


def vendor_figures(facts: Facts, provider: str | None) -> str | None:
    """What the vendor itself says of a prompt; None where it says nothing."""
    subject = VENDORS.get(provider or "")
    if subject is None:
        return None
    figures = facts.about("vendor", subject)
    return "; ".join(f"{fact.value:g} {fact.unit}" for fact in figures) + f" ({figures[0].source.title})"
