"""The policy: prices, bars, and who wins."""

from __future__ import annotations

import pytest

from shoal.call import ModelCard, Placement
from shoal.chat import Chat, Message
from shoal.impacts import Impacts, Range
from shoal.routing.policy import ONLY, UNKNOWN_PRICE, Candidate, Offer, Weights, barred, chosen, comparable, needs

WEIGHTS = Weights(1, 0.0002, 0.0001, 0)
BIG = Candidate("big", 0.9, 0.0, 100, Offer(0.01, 2.0, 1.0, 3.0))
SMALL = Candidate("small", 0.88, 0.02, 100, Offer(0.001, 0.1, 0.05, 4.0))
TINY = Candidate("tiny", 0.5, 0.4, 100, Offer(0.0001, 0.01, 0.005, 1.0))


def priced(*candidates: Candidate, weights: Weights = WEIGHTS) -> list[Candidate]:
    return [each._replace(price=each.offer.price(weights)) for each in candidates]


def test_a_price_of_a_worked_case() -> None:
    assert BIG.offer.price(WEIGHTS) == pytest.approx(0.01 + 2 * 0.0002 + 1 * 0.0001)


def test_the_ranges_of_one_after_the_other_are_added_end_by_end() -> None:
    small, large = (Impacts(energy_wh=Range(at, 2 * at, 4 * at), cost_usd=Range(at, at, at)) for at in (1.0, 10.0))
    both = Offer(1, 2, None, 3, lambda: small).then(Offer(10, 20, 5, 30, lambda: large), 0.5)
    assert both[:4] == (6, 12, None, 18)
    assert both.took is not None
    assert both.took() == Impacts(energy_wh=Range(6, 12, 24), cost_usd=Range(6, 6, 6))
    assert Offer(1).then(Offer(10, took=lambda: large), 0.5).took is None


def test_what_counts_and_is_not_known_is_no_price() -> None:
    assert Offer(cost_usd=1).price(WEIGHTS) == UNKNOWN_PRICE
    assert Offer(cost_usd=1).price(ONLY["cost"]) == 1


@pytest.mark.parametrize(
    ("threshold", "weights", "name"),
    [
        (0.05, WEIGHTS, "small"),
        (0.5, WEIGHTS, "tiny"),
        (0.01, WEIGHTS, "big"),
        (None, WEIGHTS, "big"),
        (0.05, ONLY["latency"], "big"),
        (0.5, ONLY["latency"], "tiny"),
    ],
)
def test_the_cheapest_that_will_do(threshold: float | None, weights: Weights, name: str) -> None:
    assert chosen(priced(BIG, SMALL, TINY, weights=weights), threshold, "big") == name


def test_a_barred_model_is_not_chosen() -> None:
    assert chosen(priced(BIG, SMALL._replace(barred="no")), 0.05, "big") == "big"


def test_without_prices_the_reference_stays() -> None:
    unknown = [Candidate("big", 1, 0), Candidate("small", 1, 0)]
    assert chosen(priced(*unknown), 1.0, "big") == "big"


def test_what_is_known_of_no_model_does_not_count() -> None:
    """Energy of neither: the price in dollars decides. Energy of one: the other cannot be compared."""
    big, small = Offer(0.01), Offer(0.001)
    assert comparable(WEIGHTS, [big, small]) == Weights(1, 0, 0, 0)
    assert comparable(WEIGHTS, [big, small._replace(energy_wh=0.1)]) == Weights(1, 0.0002, 0, 0)
    assert big.price(comparable(WEIGHTS, [big, small._replace(energy_wh=0.1)])) == UNKNOWN_PRICE
    assert comparable(ONLY["energy"], [big, small]) == Weights(0, 0, 0, 0)


CARD = ModelCard("m", "general", "host", host="h", region="eu", licence="MIT", context=100, tags=("tools",))
CHAT = Chat("auto", (Message.of("user", "q"),))
IMAGE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a/b.png"}}]}


@pytest.mark.parametrize(
    ("chat", "placement", "licences", "tokens", "why"),
    [
        (CHAT, Placement(), (), 10, None),
        (CHAT, Placement(frozenset({"us"})), (), 10, "runs in region 'eu'"),
        (CHAT, Placement(), ("Apache-2.0",), 10, "its licence is MIT"),
        (CHAT, Placement(), (), 101, "the prompt has about 101 tokens"),
        (Chat("auto", (Message.from_wire(IMAGE),)), Placement(), (), 10, "not tagged for vision"),
        (Chat("auto", (), {"tools": [{}]}), Placement(), (), 10, None),
    ],
)
def test_bars(chat: Chat, placement: Placement, licences: tuple[str, ...], tokens: int, why: str | None) -> None:
    found = barred(CARD, needs(chat), placement, licences, tokens)
    assert (found is None) if why is None else (found is not None and why in found)
