"""Cost: what a host bills for tokens. It knows no currency but USD and no price lists of its own."""

from __future__ import annotations

from shoal.call import Attempt, Price
from shoal.chat import Usage
from shoal.facts.tables import Facts
from shoal.impacts import ZERO, Range

PER_TOKEN = 1e-6
# Outcomes of tries that a host turned away or that never reached it: nothing was computed.
TURNED_AWAY = frozenset(
    {"host_unreachable", "host_rate_limited", "host_rejected", "host_misconfigured", "placement_refused"}
)
# Those, and an error in place of an answer: where nothing came, nothing is billed.
NOT_BILLED = TURNED_AWAY | {"host_failed"}
FREE = Price()
EXACT = Range(1.0, 1.0, 1.0)


def cost_usd(price: Price | None, usage: Usage) -> Range | None:
    """(uncached x input + cached x cached + output x output) / 1e6; unknown without a price.

    A cached price of 0 beside an input price says that none was given: cached tokens then cost at most the input price.
    """
    if price is None:
        return None
    read, cached, written = usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens
    most = least = expected_usd(price, read, cached, written)
    if cached and not price.cached:
        least = expected_usd(price, max(read - cached, 0), 0, written)
    return Range(least, most, most)


def expected_usd(price: Price, prompt: int, cached: int, output: int) -> float:
    """The same from tokens: of the prompt, of them cached, and of the output. Cached ones cost the input price where
    they have none."""
    cached = prompt if cached > prompt else cached
    return (
        (prompt - cached) * price.input + cached * (price.cached or price.input) + output * price.output
    ) * PER_TOKEN


def billed_usd(price: Price | None, attempt: Attempt, guessed: Range = EXACT) -> Range | None:
    """What an attempt is billed; unknown without a price, and where the host worked but nobody counted tokens.
    `guessed` is by how much tokens may be off that were guessed, as when a stream broke off; where nothing came it may
    have cost nothing."""
    usage = attempt.usage
    if usage.prompt_tokens or usage.completion_tokens or price is None or price == FREE:
        found = cost_usd(price, usage)
        if not usage.estimated or found is None:
            return found
        return Range(found.low * guessed.low if attempt.pieces else 0.0, found.expected, found.high * guessed.high)
    return ZERO if attempt.pieces == 0 and attempt.outcome in NOT_BILLED else None


def listed_price(facts: Facts, provider: str, model: str) -> Price | None:
    """The list price of a provider's model in USD per 1e6 tokens; None where it is not in the facts."""
    subject = f"{provider}/{model}"
    given = {name: facts.get("price", subject, name) for name in ("input", "cached", "output")}
    if given["input"] is None or given["output"] is None:
        return None
    return Price(**{name: 0.0 if fact is None else fact.value for name, fact in given.items()})
