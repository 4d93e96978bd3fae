"""The policy: among the models that will do, the one with the least price in money, energy, carbon and time.

It knows estimates and constraints, no text. A price is `cost USD + energy Wh + carbon g + latency s`, each times its
weight (USD, USD per Wh, per gram, per second); what is not known of a model but of another makes it the last choice,
what is known of none does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shoal.call import ModelCard, Placement
from shoal.chat import Chat
from shoal.errors import PlacementError

UNKNOWN_PRICE = float("inf")
# Parts and options that a model must be known for, by the tag that says so.
NEEDS = {"image_url": "vision", "input_audio": "audio", "file": "files"}


@dataclass(frozen=True, slots=True)
class Weights:
    """What a dollar, a watt-hour, a gram and a second are worth, in dollars."""

    cost: float
    energy: float
    carbon: float
    latency: float


ONLY: Mapping[str, Weights] = {
    "cost": Weights(1, 0, 0, 0),
    "energy": Weights(0, 1, 0, 0),
    "carbon": Weights(0, 0, 1, 0),
    "latency": Weights(0, 0, 0, 1),
}
QUALITY = "quality"


Ends = tuple[float, float]
AllEnds = tuple[Ends | None, Ends | None, Ends | None]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one model's answer is expected to take; None where that is not known. `ends` are the low and high ends of
    dollars, watt-hours and grams."""

    cost_usd: float | None = None
    energy_wh: float | None = None
    carbon_gco2e: float | None = None
    latency_s: float | None = None
    ends: AllEnds = (None, None, None)

    def then(self, other: Offer, share: float) -> Offer:
        """What this takes, and the other after it so often."""

        def both(first: float | None, second: float | None) -> float | None:
            return None if first is None or second is None else first + share * second

        return Offer(
            both(self.cost_usd, other.cost_usd),
            both(self.energy_wh, other.energy_wh),
            both(self.carbon_gco2e, other.carbon_gco2e),
            both(self.latency_s, other.latency_s),
            _after(self.ends, other.ends, share),
        )

    def price(self, weights: Weights) -> float:
        """In dollars; UNKNOWN_PRICE where something that counts is not known."""
        total = 0.0
        for weight, value in (
            (weights.cost, self.cost_usd),
            (weights.energy, self.energy_wh),
            (weights.carbon, self.carbon_gco2e),
            (weights.latency, self.latency_s),
        ):
            if weight and value is None:
                return UNKNOWN_PRICE
            total += weight * (value or 0.0)
        return total


def comparable(weights: Weights, offers: Sequence[Offer]) -> Weights:
    """The weights without those of quantities that are known of no model: they tell none apart."""
    return Weights(
        weights.cost if any(each.cost_usd is not None for each in offers) else 0.0,
        weights.energy if any(each.energy_wh is not None for each in offers) else 0.0,
        weights.carbon if any(each.carbon_gco2e is not None for each in offers) else 0.0,
        weights.latency if any(each.latency_s is not None for each in offers) else 0.0,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model in the choice: its expected score (0..1, None where nothing is known), expected loss against the
    reference, tokens, offer and price; `barred` is why it may not answer; `escalates` the chance that a cascade asks
    the reference too, None for a single model."""

    name: str
    good: float | None = None
    loss: float | None = None
    tokens: float | None = None
    offer: Offer = Offer()
    price: float = UNKNOWN_PRICE
    barred: str | None = None
    escalates: float | None = None

    def without(self, reason: str) -> Candidate:
        """The same, barred."""
        return replace(self, barred=reason)


def barred(
    card: ModelCard, wanted: frozenset[str], placement: Placement, licences: Sequence[str], context: int
) -> str | None:
    """Why the model may not answer a chat at all; None where it may. `wanted` is what the chat `needs`, `context` the
    prompt's tokens."""
    try:
        placement.check(card)
    except PlacementError as error:
        return error.message
    if licences and card.licence not in licences:
        return f"its licence is {card.licence or 'unknown'}, allowed are {', '.join(licences)}"
    if card.context is not None and context > card.context:
        return f"the prompt has about {context} tokens, its context {card.context}"
    missing = wanted.difference(card.tags)
    if missing and card.tags:
        return f"it is not tagged for {', '.join(sorted(missing))}"
    return None


def needs(chat: Chat) -> frozenset[str]:
    """The tags that a model must have for this chat. A model without any tag is taken to do all."""
    kinds = {part.kind for message in chat.messages for part in message.parts()} - {"text"}
    wanted = {NEEDS[kind] for kind in kinds if kind in NEEDS}
    return frozenset(wanted | ({"tools"} if chat.options.get("tools") else set()))


def chosen(candidates: Sequence[Candidate], threshold: float | None, reference: str) -> str:
    """The name of the cheapest that will do: the reference, or one whose expected loss is within the threshold. Where
    prices are not known or equal the reference wins."""
    best, least = reference, UNKNOWN_PRICE
    for candidate in candidates:
        if candidate.name == reference and candidate.barred is None:
            least = candidate.price
    for candidate in candidates:
        will_do = threshold is not None and candidate.loss is not None and candidate.loss <= threshold
        if candidate.name == reference or candidate.barred is not None or not will_do:
            continue
        if candidate.price < least:
            best, least = candidate.name, candidate.price
    return best


def _after(first: AllEnds, second: AllEnds, share: float) -> AllEnds:
    def both(one: Ends | None, other: Ends | None) -> Ends | None:
        return None if one is None or other is None else (one[0] + share * other[0], one[1] + share * other[1])

    return both(first[0], second[0]), both(first[1], second[1]), both(first[2], second[2])
