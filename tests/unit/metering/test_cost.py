"""Cost: uncached, cached and output tokens at their prices."""

from __future__ import annotations

import pytest

from shoal.call import Price
from shoal.chat import Usage
from shoal.impacts import ZERO, Range
from shoal.metering.cost import billed_usd, cost_usd, listed_price
from tests.unit.metering.attempts import attempt, facts

GPT = Price(2.5, 1.25, 10)


@pytest.mark.parametrize(
    ("price", "usage", "expected"),
    [
        (GPT, Usage(1000, 500), 0.0075),
        (GPT, Usage(1000, 500, 400), 0.007),
        (GPT, Usage(1000, 500, 2000), 0.00625),
        (GPT, Usage(), 0.0),
        (Price(), Usage(1000, 500, 400), 0.0),
    ],
)
def test_tokens_at_their_prices(price: Price, usage: Usage, expected: float) -> None:
    found = cost_usd(price, usage)
    assert found is not None
    assert found.low == found.high == pytest.approx(expected)


def test_without_a_price_of_cached_tokens_they_cost_at_most_the_input_price() -> None:
    found = cost_usd(Price(2.0, 0.0, 10), Usage(1000, 0, 400))
    assert found is not None
    assert found.low == pytest.approx(0.0012)
    assert found.expected == found.high == pytest.approx(0.002)


def test_without_a_price_the_cost_is_unknown() -> None:
    assert cost_usd(None, Usage(1, 1)) is None


@pytest.mark.parametrize(
    ("outcome", "pieces", "free"),
    [
        ("host_cut", 100, False),
        ("cancelled", 0, False),
        ("host_timeout", 0, False),
        ("ok", 1, False),
        ("host_failed", 0, True),
        ("host_rate_limited", 0, True),
        ("host_failed", 3, False),
    ],
)
def test_what_nobody_counted_is_not_free(outcome: str, pieces: int, free: bool) -> None:
    tried = attempt(prompt=0, output=0, pieces=pieces, outcome=outcome)
    assert billed_usd(GPT, tried) == (ZERO if free else None)
    assert billed_usd(Price(), tried) == ZERO
    assert billed_usd(None, tried) is None


def test_what_was_counted_is_billed_whatever_became_of_it() -> None:
    found = billed_usd(GPT, attempt(prompt=1000, output=500, outcome="host_cut"))
    assert found is not None
    assert found.expected == pytest.approx(0.0075)


def test_list_prices() -> None:
    assert listed_price(facts(), "openai", "gpt-4o") == Price(2.5, 1.25, 10.0)
    assert listed_price(facts(), "openai", "gpt-unheard-of") is None
    assert listed_price(facts(), "nobody", "gpt-4o") is None


def test_guessed_tokens_cost_a_range() -> None:
    guessed = attempt(prompt=1000, output=100)
    guessed.usage.estimated = True
    price, spread = Price(10, 5, 20), Range(0.5, 1, 2)
    assert billed_usd(price, guessed, spread) == Range(0.006, 0.012, 0.024)
    guessed.pieces = 0
    assert billed_usd(price, guessed, spread) == Range(0.0, 0.012, 0.024)
    assert billed_usd(Price(), guessed, spread) == ZERO
    assert billed_usd(None, guessed, spread) is None
