"""The Anthropic Messages dialect: replies, whole and streamed, as pieces. Requests are in `anthropic_request.py`.

Thoughts become `reasoning_content`; with their signatures they are in `thinking_blocks`, which a client sends back
in an assistant message when the next turn needs them.
"""

from __future__ import annotations

from typing import Any

import orjson

from shoal.chat import Chat, Choice, Json, Piece, Usage
from shoal.errors import HostCut
from shoal.models.hosts import faults
from shoal.models.hosts.anthropic_request import messages_request
from shoal.models.hosts.dialect import Reading, count, dump, load, wrong_shape
from shoal.models.hosts.grounded import grounded
from shoal.models.hosts.rows import Row

VERSION = "2023-06-01"
FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
THOUGHTS = ("thinking", "redacted_thinking")


class AnthropicDialect:
    """One model on one host that speaks Messages."""

    def __init__(self, host: str, upstream: str, row: Row) -> None:
        self._host = host
        self._upstream = upstream
        self._row = row

    def body(self, chat: Chat) -> bytes:
        wire = messages_request(self._upstream, grounded(chat), chat.options, chat.stream)
        for name in self._row.refuses:
            wire.pop(name, None)
        return dump(wire)

    def whole(self, body: bytes) -> Piece:
        wire = load(body, self._host)
        if wire.get("type") == "error" or wire.get("error"):
            raise faults.of_body(self._host, wire)
        blocks = wire.get("content")
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise wrong_shape(self._host)
        finish = FINISH.get(str(wire.get("stop_reason")), "stop")
        usage = wire.get("usage")
        return Piece([Choice(_delta(blocks), 0, finish)], usage_of(usage) if isinstance(usage, dict) else None)

    def reading(self) -> Reading:
        return AnthropicReading(self._host)


def usage_of(wire: Json) -> Usage:
    """Tokens from an Anthropic usage object, which counts cached input apart; `wire` is its OpenAI form."""
    read, written = count(wire.get("cache_read_input_tokens")), count(wire.get("cache_creation_input_tokens"))
    prompt, completion = count(wire.get("input_tokens")) + read + written, count(wire.get("output_tokens"))
    theirs = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": read, "cache_creation_tokens": written},
    }
    return Usage(prompt, completion, cached_tokens=read, wire=theirs)


def _delta(blocks: list[Json]) -> Json:
    """The message in a whole reply's blocks; blocks of the host's own tools are passed over."""
    said = [block["text"] for block in blocks if block.get("type") == "text" and isinstance(block.get("text"), str)]
    delta: Json = {"role": "assistant", "content": "".join(said) if said else None}
    thoughts = [block for block in blocks if block.get("type") in THOUGHTS]
    if thoughts:
        delta["reasoning_content"] = "".join(str(block.get("thinking", "")) for block in thoughts)
        delta["thinking_blocks"] = thoughts
    calls = [block for block in blocks if block.get("type") == "tool_use"]
    if calls:
        delta["tool_calls"] = [
            _call(block, at, orjson.dumps(block.get("input") or {})) for at, block in enumerate(calls)
        ]
    return delta


def _call(block: Json, at: int, arguments: bytes) -> Json:
    function = {"name": block.get("name"), "arguments": arguments.decode()}
    return {"index": at, "id": block.get("id"), "type": "function", "function": function}


class AnthropicReading:
    """A streamed reply under way. `_calls` maps a block's index to its tool call's, `_silent` holds the calls that have
    no arguments yet, `_thoughts` the thinking blocks that have not ended. Each goes out with its `index` among them,
    without which OpenAI's own stream helper cannot put a list together."""

    __slots__ = ("_calls", "_host", "_silent", "_stopped", "_thinks", "_thoughts", "_usage", "done")

    def __init__(self, host: str) -> None:
        self.done = False
        self._host = host
        self._stopped = False
        self._usage: Json = {}
        self._calls: dict[int | None, int] = {}
        self._silent: set[int] = set()
        self._thoughts: dict[int | None, Json] = {}
        self._thinks = 0

    def read(self, data: bytes) -> Piece | None:
        wire = load(data, self._host)
        index = wire.get("index")
        if not isinstance(index, int | None):
            raise wrong_shape(self._host)
        match wire.get("type"):
            case "content_block_delta":
                return self._more(index, self._object(wire, "delta"))
            case "content_block_start":
                return self._begin(index, self._object(wire, "content_block"))
            case "content_block_stop":
                return self._close(index)
            case "message_start":
                self._count(self._object(wire, "message").get("usage"))
            case "message_delta":
                return self._stop(wire)
            case "message_stop":
                self.done = True
            case "error":
                raise faults.of_body(self._host, wire)
        return None

    def end(self) -> Piece | None:
        if not self.done and not self._stopped:
            raise HostCut(f"host '{self._host}' ended in the middle of a reply: try again", host=self._host)
        return None

    def _object(self, wire: Json, name: str) -> Json:
        found = wire.get(name)
        if not isinstance(found, dict):
            raise wrong_shape(self._host)
        return found

    def _begin(self, index: int | None, block: Json) -> Piece | None:
        kind = block.get("type")
        if kind == "tool_use":
            at = self._calls[index] = len(self._calls)
            given = block.get("input")
            if not given:
                self._silent.add(at)
            return _piece({"tool_calls": [_call(block, at, orjson.dumps(given) if given else b"")]})
        if kind in THOUGHTS:
            self._thoughts[index] = dict(block)
        text = block.get("text") if kind == "text" else None
        return _piece({"content": text}) if isinstance(text, str) and text else None

    def _more(self, index: int | None, delta: Json) -> Piece | None:
        match delta.get("type"):
            case "text_delta":
                return _piece({"content": delta.get("text")})
            case "input_json_delta" if index in self._calls and delta.get("partial_json"):
                return self._arguments(self._calls[index], delta["partial_json"])
            case "thinking_delta":
                self._think(index, "thinking", delta)
                return _piece({"reasoning_content": delta.get("thinking")})
            case "signature_delta":
                self._think(index, "signature", delta)
        return None

    def _arguments(self, at: int, part: Any) -> Piece:
        self._silent.discard(at)
        return _piece({"tool_calls": [{"index": at, "function": {"arguments": str(part)}}]})

    def _think(self, index: int | None, name: str, delta: Json) -> None:
        block = self._thoughts.setdefault(index, {"type": "thinking"})
        block[name] = str(block.get(name) or "") + str(delta.get(name) or "")

    def _close(self, index: int | None) -> Piece | None:
        """The end of a block: a call without arguments gets empty ones, a thought is handed on whole."""
        at = self._calls.get(index)
        if at in self._silent:
            return self._arguments(at, "{}")
        thought = self._thoughts.pop(index, None)
        if not thought:
            return None
        self._thinks += 1
        return _piece({"thinking_blocks": [{"index": self._thinks - 1, **thought}]})

    def _stop(self, wire: Json) -> Piece:
        self._count(wire.get("usage"))
        reason = self._object(wire, "delta").get("stop_reason")
        piece = Piece([], usage_of(self._usage))
        if reason:
            self._stopped = True
            piece.choices.append(Choice({}, 0, FINISH.get(str(reason), "stop")))
        return piece

    def _count(self, usage: Any) -> None:
        """Later counts replace earlier ones, since they are running totals; null says nothing."""
        if isinstance(usage, dict):
            self._usage.update({name: value for name, value in usage.items() if value is not None})


def _piece(delta: Json) -> Piece:
    return Piece([Choice(delta)])
