"""Writes pieces as an OpenAI chat-completions reply, whole or as server-sent events. It knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from shoal.chat import Choice, Json, Piece, Usage

DONE = b"data: [DONE]\n\n"
JOINED = ("content", "reasoning_content", "reasoning", "refusal")
# In an object that comes in pieces: what streams, as the arguments of a call or the transcript of sound.
STREAMED = frozenset({"arguments", "input", "transcript", "data"})
RESERVED = frozenset({"id", "object", "created", "model", "choices", "usage", "shoal", "error"})


def usage_wire(usage: Usage | None, impacts: Json | orjson.Fragment | None = None) -> Json:
    """The OpenAI usage object, the host's own where there is one, with `impacts` as its `shoal`."""
    wire = _tokens_wire(usage or Usage())
    return wire if impacts is None else {**wire, "shoal": impacts}


def _tokens_wire(usage: Usage) -> Json:
    if usage.wire is not None:
        return usage.wire
    wire: Json = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
    }
    if usage.cached_tokens:
        wire["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.reasoning_tokens:
        wire["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return wire


def whole_wire(
    reply_id: str,
    created: int,
    model: str,
    pieces: Iterable[Piece],
    shoal: Json,
    impacts: Json | orjson.Fragment | None = None,
) -> Json:
    """The whole reply as one JSON object; pieces of one choice are joined."""
    usage: Usage | None = None
    extra: Json = {}
    choices: dict[int, Choice] = {}
    for piece in pieces:
        usage = piece.usage or usage
        extra.update(piece.extra or ())
        for choice in piece.choices:
            known = choices.get(choice.index)
            if known is None:
                choices[choice.index] = Choice(dict(choice.delta), choice.index, choice.finish_reason, choice.extra)
            else:
                _join(known, choice)
    return {
        **{name: value for name, value in extra.items() if name not in RESERVED},
        "id": reply_id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [_whole_choice(choices[index]) for index in sorted(choices)],
        "usage": usage_wire(usage, impacts),
        "shoal": shoal,
    }


def _whole_choice(choice: Choice) -> Json:
    message = {"role": "assistant", "content": None, "refusal": None, **choice.delta}
    if message.get("tool_calls"):
        message["tool_calls"] = [
            {name: value for name, value in call.items() if name != "index"} for call in message["tool_calls"]
        ]
    return {
        "logprobs": None,
        **(choice.extra or {}),
        "index": choice.index,
        "message": message,
        "finish_reason": choice.finish_reason or "stop",
    }


def _join(known: Choice, more: Choice) -> None:
    known.finish_reason = more.finish_reason or known.finish_reason
    for name, value in more.delta.items():
        before = known.delta.get(name)
        if name in JOINED and isinstance(before, str) and isinstance(value, str):
            known.delta[name] = before + value
        elif name == "tool_calls" and before:
            known.delta[name] = _join_calls(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            known.delta[name] = before + value
        elif isinstance(before, dict) and isinstance(value, dict):
            known.delta[name] = _join_objects(before, value)
        elif value is not None:
            known.delta[name] = value
    if more.extra:
        known.extra = _join_extra(known.extra or {}, more.extra)


def _join_calls(before: list[Json], more: list[Json]) -> list[Json]:
    calls = {call.get("index", at): call for at, call in enumerate(before)}
    for call in more:
        place = call.get("index", 0)
        known = calls.setdefault(place, call)
        if known is not call:
            kinds = [kind for kind in ("function", "custom") if isinstance(call.get(kind), dict)]
            calls[place] = {**known, **{kind: _join_objects(known.get(kind) or {}, call[kind]) for kind in kinds}}
    return list(calls.values())


def _join_objects(before: Json, more: Json) -> Json:
    """What streams goes on; all else holds as it was said last."""
    joined = {**before, **{name: value for name, value in more.items() if value}}
    for name in STREAMED & before.keys() & more.keys():
        if isinstance(before[name], str) and isinstance(more[name], str):
            joined[name] = before[name] + more[name]
    return joined


def _join_extra(before: Json, more: Json) -> Json:
    joined = {**before, **{name: value for name, value in more.items() if value is not None}}
    old, new = before.get("logprobs"), more.get("logprobs")
    if isinstance(old, dict) and isinstance(new, dict):
        joined["logprobs"] = {**old, **new, "content": [*(old.get("content") or ()), *(new.get("content") or ())]}
    return joined


class EventWriter:
    """Writes one reply's chunks. The chunk with the finish reason is held back until its choice says more or the end,
    since `shoal` (with the citations) rides on it; the usage chunk is written only if it was asked for."""

    def __init__(self, reply_id: str, created: int, model: str, include_usage: bool) -> None:
        head = {"id": reply_id, "object": "chat.completion.chunk", "created": created, "model": model}
        self._head = b"data: " + orjson.dumps(head)[:-1]
        self._include_usage = include_usage
        self._begun: set[int] = set()
        self._held: list[Piece] = []
        self._out: list[bytes] = []
        self._usage: Usage | None = None

    def add(self, piece: Piece) -> None:
        """Takes a piece in."""
        if piece.usage is not None:
            self._usage = piece.usage
        if not piece.choices:
            return
        for choice in piece.choices:
            if choice.index not in self._begun:
                self._begun.add(choice.index)
                choice.delta.setdefault("role", "assistant")
        if self._held and self._goes_on(piece):
            self._out += [self._chunk(held, b"") for held in self._held]
            self._held = []
        if any(choice.finish_reason for choice in piece.choices):
            self._held.append(piece)
        else:
            self._out.append(self._chunk(piece, b""))

    def _goes_on(self, piece: Piece) -> bool:
        """Whether a choice says more after its finish reason, as some hosts' do: it may not overtake what is held."""
        ended = {choice.index for held in self._held for choice in held.choices}
        return any(choice.delta and choice.index in ended for choice in piece.choices)

    def taken(self) -> bytes:
        """The bytes that can go out now; b"" where there are none yet."""
        out = self._out
        if not out:
            return b""
        self._out = []
        return out[0] if len(out) == 1 else b"".join(out)

    def end(self, shoal: Json, impacts: Json | orjson.Fragment | None = None) -> bytes:
        """The chunks held back, `shoal` on the last of them, the usage chunk if it was asked for, and the end mark.
        Without a usage chunk `impacts` are `shoal.usage`, since clients take any `usage` of a chunk for tokens."""
        if impacts is not None and not self._include_usage:
            shoal = {**shoal, "usage": impacts}
        held = self._held or [Piece([Choice({}, 0, "stop")])]
        tail = b',"shoal":' + orjson.dumps(shoal)
        out = self.taken() + b"".join(self._chunk(piece, b"" if piece is not held[-1] else tail) for piece in held)
        if self._include_usage:
            usage = orjson.dumps(usage_wire(self._usage, impacts))
            out += self._head + b',"choices":[],"usage":' + usage + b"}\n\n"
        return out + DONE

    def _chunk(self, piece: Piece, tail: bytes) -> bytes:
        choices = [
            {"index": choice.index, "delta": choice.delta, "finish_reason": choice.finish_reason}
            if choice.extra is None
            else {**choice.extra, "index": choice.index, "delta": choice.delta, "finish_reason": choice.finish_reason}
            for choice in piece.choices
        ]
        more = b""
        if piece.extra:
            rest = {name: value for name, value in piece.extra.items() if name not in RESERVED}
            more = b"," + orjson.dumps(rest)[1:-1] if rest else b""
        if self._include_usage:
            more += b',"usage":null'
        return b"".join((self._head, b',"choices":', orjson.dumps(choices), more, tail, b"}\n\n"))
