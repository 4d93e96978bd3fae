"""What a wire dialect is: it turns a `Chat` into a request's body and a host's bytes into `Piece`s. It does no HTTP."""

from __future__ import annotations

from typing import Any, Protocol

import orjson

from shoal.chat import Chat, Json, Piece, Usage, too_deep
from shoal.errors import HostGarbled, RequestError

COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


class Reading(Protocol):
    """One streamed reply under way. `done` is set by the event that ends it."""

    done: bool

    def read(self, data: bytes) -> Piece | None:
        """The piece that an event holds. Raises HostGarbled, or the error that the event tells of."""

    def end(self) -> Piece | None:
        """What is left when the stream has ended. Raises HostCut where the reply had not."""


class Dialect(Protocol):
    """One model on one host, in the host's wire format."""

    def body(self, chat: Chat) -> bytes:
        """The request's body. Raises RequestError where the dialect cannot say it."""

    def whole(self, body: bytes) -> Piece:
        """The piece in a whole reply. Raises HostGarbled, or the error that the reply tells of."""

    def reading(self) -> Reading: ...


def dump(wire: Json) -> bytes:
    """The JSON of a request. Raises RequestError where it is nested too deeply to be written."""
    try:
        return orjson.dumps(wire)
    except orjson.JSONEncodeError:
        raise RequestError("the request is nested too deeply to be passed on: flatten it") from None


def load(data: bytes, host: str) -> Json:
    """The JSON object that a host sent. Raises HostGarbled where it is none, or nested too deeply to be written."""
    try:
        wire = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise HostGarbled(f"host '{host}' sent something that is not JSON: check its base_url", host=host) from None
    if not isinstance(wire, dict) or too_deep(data, wire):
        raise wrong_shape(host)
    return wire


def wrong_shape(host: str) -> HostGarbled:
    """JSON, but not a chat reply."""
    return HostGarbled(f"host '{host}' sent JSON of a shape that is no chat reply: check its dialect", host=host)


def count(value: Any) -> int:
    """A token count as a host gives it; 0 for anything that is none."""
    return int(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0


def _whole(value: Any) -> bool:
    """Is it a count that a strict client can read?"""
    return type(value) is int and value >= 0


def usage_of(wire: Any) -> Usage | None:
    """Tokens from an OpenAI usage object; None where it is missing."""
    if not isinstance(wire, dict):
        return None
    prompt, completion = wire.get("prompt_tokens_details"), wire.get("completion_tokens_details")
    cached = prompt.get("cached_tokens") if isinstance(prompt, dict) else wire.get("prompt_cache_hit_tokens")
    prompt_tokens, completion_tokens = count(wire.get("prompt_tokens")), count(wire.get("completion_tokens"))
    counted = (prompt_tokens, completion_tokens, prompt_tokens + completion_tokens)
    mended = {name: count for name, count in zip(COUNTS, counted, strict=True) if not _whole(wire.get(name))}
    if mended:
        wire = {**wire, **mended}
    return Usage(
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cached_tokens=count(cached),
        reasoning_tokens=count(completion.get("reasoning_tokens")) if isinstance(completion, dict) else 0,
        wire=wire,
    )
