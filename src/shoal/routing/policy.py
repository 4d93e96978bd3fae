"""The policy: among the models that will do, the one with the least price in money, energy, carbon and time.

It knows estimates and constraints, no text. A price is `cost USD + energy Wh + carbon g + latency s`, each times its
weight (USD, USD per Wh, per gram, per second); what is not known of a model but of another makes it the last choice,
what is known of none does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from shoal.call import ModelCard, Placement
from shoal.chat import Chat
from shoal.errors import PlacementError
from shoal.impacts import Impacts

UNKNOWN_PRICE = float("inf")
# Parts and options that a model must be known for, by the tag that says so.
NEEDS = {"image_url": "vision", "input_audio": "audio", "file": "files"}


# Named tuples, since a router makes dozens for each decision: a frozen dataclass takes three times as long.
class Weights(NamedTuple):
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


Took = Callable[[], Impacts] | None


class Offer(NamedTuple):
    """What one model's answer is expected to take; None where that is not known. `took` tells the ranges of the
    first three."""

    cost_usd: float | None = None
    energy_wh: float | None = None
    carbon_gco2e: float | None = None
    latency_s: float | None = None
    took: Took = None

    def then(self, other: Offer, share: float) -> Offer:
        """What this takes, and the other after it so often."""

        def both(first: float | None, second: float | None) -> float | None:
            return None if first is None or second is None else first + share * second

        return Offer(
            both(self.cost_usd, other.cost_usd),
            both(self.energy_wh, other.energy_wh),
            both(self.carbon_gco2e, other.carbon_gco2e),
            both(self.latency_s, other.latency_s),
            _after(self.took, other.took, share),
        )

    def price(self, weights: Weights, slowest_s: float | None = None) -> float:
        """In dollars; UNKNOWN_PRICE where something that counts is not known. Seconds that nobody has seen yet count as
        `slowest_s`: they are learned by asking, so a model that is not asked for want of them would never be."""
        (cost, energy, carbon, latency, _), (per_usd, per_wh, per_g, per_s) = self, weights
        if latency is None:
            latency = slowest_s
        if cost is not None and energy is not None and carbon is not None and latency is not None:
            return per_usd * cost + per_wh * energy + per_g * carbon + per_s * latency
        return _worth(per_usd, cost) + _worth(per_wh, energy) + _worth(per_g, carbon) + _worth(per_s, latency)


def slowest(offers: Sequence[Offer]) -> float | None:
    """The most seconds that are known; None where none are."""
    return max([each.latency_s for each in offers if each.latency_s is not None], default=None)


def comparable(weights: Weights, offers: Sequence[Offer]) -> Weights:
    """The weights without those of quantities that are known of no model: they tell none apart."""
    cost = energy = carbon = latency = 0.0
    for each in offers:
        if None not in each[:-1]:
            return weights
        cost = cost if each.cost_usd is None else weights.cost
        energy = energy if each.energy_wh is None else weights.energy
        carbon = carbon if each.carbon_gco2e is None else weights.carbon
        latency = latency if each.latency_s is None else weights.latency
    return Weights(cost, energy, carbon, latency)


class Candidate(NamedTuple):
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
    if wanted and card.tags and (missing := wanted.difference(card.tags)):
        return f"it is not tagged for {', '.join(sorted(missing))}"
    return None


def needs(chat: Chat) -> frozenset[str]:
    """The tags that a model must have for this chat. A model without any tag is taken to do all."""
    kinds = {
        part.kind
        for message in chat.messages
        if not isinstance(message.wire.get("content"), str)
        for part in message.parts()
    }
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


def _worth(weight: float, value: float | None) -> float:
    """A quantity in dollars."""
    if value is None:
        return UNKNOWN_PRICE if weight else 0.0
    return weight * value


def _after(first: Took, second: Took, share: float) -> Took:
    if first is None or second is None:
        return None

    def both(one: Callable[[], Impacts] = first, other: Callable[[], Impacts] = second) -> Impacts:
        ends = zip(one().ends, other().ends, strict=True)
        return Impacts.flat(tuple([before + share * after for before, after in ends]), None, ())

    return both
