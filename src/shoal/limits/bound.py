"""Bounds: the most that a request may take, in tokens, before anybody has counted them. It knows no tokenizer.

A byte-level vocabulary gives at most one token per byte of UTF-8, and so do vocabularies that fall back on bytes; the
JSON of a message is longer than what a chat template writes around it. See docs/methodology/limits.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Any

import orjson

from shoal.call import Attempt, ModelCard
from shoal.chat import Chat, Json, Usage
from shoal.errors import RequestError
from shoal.impacts import Impacts

# What templates write of their own: dates, instructions for tools.
TEMPLATE = 128
TOOLS = 1024
# No image of the services that publish their tiling counts more; other parts may fill a context.
IMAGE = 50_000
OTHER = 250_000
# No vocabulary writes more bytes than this with one token on average over a whole reply.
LONGEST_TOKEN = 16
MOST_OUTPUT = 1_000_000_000
PROBE = 1_000_000
FREE = (0.0, 0.0)
Measure = Callable[[Attempt], Impacts]


def prompt_tokens(chat: Chat) -> int:
    """The most tokens that the chat, with its passages and tools, can have."""
    most = TEMPLATE + (TOOLS if chat.options.get("tools") else 0)
    for message in chat.messages:
        content = message.wire.get("content")
        if isinstance(content, list) and any(part.get("type") != "text" for part in content):
            most += sum(_part(part) for part in content) + 64
        else:
            most += len(orjson.dumps(message.wire))
    if chat.options:
        most += len(orjson.dumps(chat.options))
    for passage in chat.passages:
        most += 2 * len(passage.text.encode()) + len(passage.title.encode()) + 64
    return most


def _part(part: Json) -> int:
    kind = part.get("type")
    if kind == "text":
        return len(orjson.dumps(part))
    return IMAGE if kind in ("image_url", "input_image", "image") else OTHER


def output_tokens(options: Json, otherwise: int) -> int:
    """The most tokens of the reply, over all its choices. Raises RequestError for what no model can write."""
    most, newer = options.get("max_tokens"), options.get("max_completion_tokens")
    if newer is not None:
        most = newer if most is None else max(most, newer)
    most = (otherwise if most is None else most) * (options.get("n") or 1)
    if most > MOST_OUTPUT:
        raise RequestError(
            f"max_tokens (times n) is more than {MOST_OUTPUT}, which no model writes: ask for fewer", param="max_tokens"
        )
    return most


def with_most(chat: Chat, most: int, field: str) -> Chat:
    """The chat with a bound on its reply where it has none."""
    options = chat.options
    if options.get("max_tokens") is not None or options.get("max_completion_tokens") is not None:
        return chat
    return replace(chat, options={**options, field: most})


class Rates:
    """What a token of a model's input and output costs, in millionths of USD, Wh and gCO2e; None where there is no
    price."""

    __slots__ = ("_money_alone", "gco2e", "usd", "wh")

    def __init__(self, card: ModelCard, measure: Measure | None) -> None:
        self.usd: tuple[float, float] | None = (0.0, 0.0)
        self.wh = self.gco2e = FREE
        self._money_alone = measure is None
        if measure is None:
            price = card.price
            known = (max(price.input, price.cached), price.output) if price is not None else None
            self.usd = known if card.kind == "host" else (0.0, 0.0)
            return
        read, written = (measure(_probe(card, usage)) for usage in (Usage(PROBE, 1), Usage(1, PROBE)))
        self.usd = _pair(read.cost_usd, written.cost_usd)
        self.wh = _pair(read.energy_wh, written.energy_wh) or (0.0, 0.0)
        self.gco2e = _pair(read.carbon_gco2e, written.carbon_gco2e) or (0.0, 0.0)

    def bounds(self, read: int, written: int) -> tuple[int, int, int]:
        """Millionths of USD, Wh and gCO2e of so many tokens, rounded up; nothing where there is no price."""
        usd = self.usd or FREE
        if self._money_alone:
            return ceil(read * usd[0] + written * usd[1]), 0, 0
        return (
            ceil(read * usd[0] + written * usd[1]),
            ceil(read * self.wh[0] + written * self.wh[1]),
            ceil(read * self.gco2e[0] + written * self.gco2e[1]),
        )


def _probe(card: ModelCard, usage: Usage) -> Attempt:
    from shoal.call import Purpose

    return Attempt(card.name, card.host, Purpose.ANSWER, 0.0, outcome="ok", pieces=1, usage=usage)


def _pair(read: Any, written: Any) -> tuple[float, float] | None:
    """Per PROBE tokens, which makes millionths per token."""
    return None if read is None or written is None else (read.expected, written.expected)
