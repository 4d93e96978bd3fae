"""The OpenAI chat-completions dialect, which most hosts speak, each with slips of its own that are mended here.

Unknown fields pass through both ways. It knows the row's quirks (fields that a host refuses) and no host by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

import orjson

from shoal.chat import Chat, Choice, Json, Piece
from shoal.errors import HostCut, HostGarbled
from shoal.models.hosts import faults
from shoal.models.hosts.dialect import Reading, dump, load, usage_of, wrong_shape
from shoal.models.hosts.grounded import grounded
from shoal.models.hosts.rows import Row

OWN = ("id", "object", "created", "model")


class OpenAIDialect:
    """One model on one host that speaks chat completions."""

    def __init__(self, host: str, upstream: str, row: Row) -> None:
        self._host = host
        self._upstream = upstream
        self._row = row

    def body(self, chat: Chat) -> bytes:
        """The chat as it came, with the host's own model name; a stream is always asked for its usage."""
        wire: Json = {"model": self._upstream, "messages": self._messages(chat), **chat.options}
        if chat.stream:
            wire["stream"] = True
            asked = wire.get("stream_options")
            wire["stream_options"] = {**asked, "include_usage": True} if asked else {"include_usage": True}
        for name in self._row.refuses:
            wire.pop(name, None)
        for name, theirs in self._row.renames.items():
            if name in wire:
                wire.setdefault(theirs, wire.pop(name))
        return dump(wire)

    def _messages(self, chat: Chat) -> Sequence[Json]:
        messages = [message.wire for message in grounded(chat)]
        for refused in self._row.refuses_in_messages:
            messages = [{name: value for name, value in wire.items() if name != refused} for wire in messages]
        return messages

    def whole(self, body: bytes) -> Piece:
        wire = load(body, self._host)
        if wire.get("error") or wire.get("object") == "error":
            raise faults.of_body(self._host, wire)
        piece = _piece(wire, self._host, "message", {})
        if not piece.choices:
            raise wrong_shape(self._host)
        return piece

    def reading(self) -> Reading:
        return OpenAIReading(self._host)


class OpenAIReading:
    """A streamed reply under way. A finish reason goes out with the last that is said: some hosts give one with every
    chunk, and what comes after the end of a choice would be lost behind the steps that take it for the end."""

    __slots__ = ("_calls", "_ends", "_host", "_late", "done")

    def __init__(self, host: str) -> None:
        self.done = False
        self._host = host
        self._ends: dict[int, str] = {}
        self._late: Piece | None = None
        self._calls: dict[int, ToolCalls] = {}

    def read(self, data: bytes) -> Piece | None:
        if data == b"[DONE]":
            self.done = True
            return self._last()
        wire = load(data, self._host)
        if wire.get("error") or wire.get("object") == "error":
            raise faults.of_body(self._host, wire)
        piece = _piece(wire, self._host, "delta", self._calls)
        for choice in piece.choices:
            if choice.finish_reason:
                self._ends[choice.index], choice.finish_reason = choice.finish_reason, None
        if not (piece.choices or piece.usage or piece.extra):
            return None
        return self._after_an_end(piece) if self._ends else piece

    def end(self) -> Piece | None:
        if not self.done and not self._ends:
            raise HostCut(f"host '{self._host}' ended in the middle of a reply: try again", host=self._host)
        return self._last()

    def _after_an_end(self, piece: Piece) -> Piece | None:
        """Keeps one piece back, which is the last unless another one comes; gives that before it."""
        late = self._late
        if late is not None and not piece.choices:
            late.usage = piece.usage or late.usage
            late.extra = {**(late.extra or {}), **(piece.extra or {})} or None
            return None
        self._late = piece
        return late

    def _last(self) -> Piece | None:
        """What was kept back, with the finish reasons."""
        late, self._late = self._late, None
        if late is not None:
            choices = {choice.index: choice for choice in late.choices}
            for index, reason in self._ends.items():
                if index in choices:
                    choices[index].finish_reason = reason
                else:
                    late.choices.append(Choice({}, index, reason))
        return late


def _piece(wire: Json, host: str, said: str, calls: dict[int, ToolCalls]) -> Piece:
    """The piece in a chunk or a whole reply; `said` is the field of a choice that holds what was said. Takes the wire
    apart: what is left of it is what nobody here knows."""
    choices = wire.pop("choices", None) or ()
    usage = wire.pop("usage", None)
    for name in OWN:
        wire.pop(name, None)
    if not isinstance(choices, list | tuple):
        raise wrong_shape(host)
    return Piece(
        [_choice(choice, at, host, said, calls) for at, choice in enumerate(choices)],
        usage_of(usage) if usage else None,
        extra=wire or None,
    )


def _choice(wire: Any, at: int, host: str, said: str, calls: dict[int, ToolCalls]) -> Choice:
    if not isinstance(wire, dict):
        raise wrong_shape(host)
    index = wire.pop("index", None)
    delta = wire.pop(said, None)
    finish = wire.pop("finish_reason", None) or None
    if index is None:
        index = at
    if delta is None and said == "delta":
        delta = {}
    if type(index) is not int or not isinstance(delta, dict) or not isinstance(finish, str | None):
        raise wrong_shape(host)
    found = delta.get("tool_calls")
    if found:
        known = calls.get(index)
        if known is None:
            known = calls[index] = ToolCalls(host)
        delta["tool_calls"] = known.mend(found)
    elif "tool_calls" in delta:
        del delta["tool_calls"]
    return Choice(delta, index, finish, wire or None)


class ToolCalls:
    """Mends the tool-call deltas of one choice: each gets its `index`; the first of a call, and only that, its `id`,
    `type` and name; arguments are always a string."""

    __slots__ = ("_host", "_ids", "_names", "_places")

    def __init__(self, host: str) -> None:
        self._host = host
        self._ids: list[str] = []
        self._names: list[str] = []
        self._places: dict[Any, int] = {}

    def mend(self, calls: Any) -> list[Json]:
        """The deltas in good order. Raises HostGarbled for what is no list of calls."""
        if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
            raise self._garbled()
        return [self._mended(call) for call in calls]

    def _mended(self, call: Json) -> Json:
        function = call.get("function")
        if not isinstance(function, dict | None):
            raise self._garbled()
        custom = call.get("custom")
        told = custom if isinstance(custom, dict) and function is None else function or {}
        function = dict(function or ())
        name = told.get("name")
        name = name if isinstance(name, str) else ""
        theirs = call.get("index")
        place = self._place(theirs, call.get("id"), name)
        rest = {key: value for key, value in call.items() if key not in ("index", "id", "type", "function")}
        arguments = function.get("arguments")
        if arguments is None:
            function.pop("arguments", None)
        elif not isinstance(arguments, str):
            function["arguments"] = orjson.dumps(arguments).decode()
        if place < len(self._ids):
            if name in ("", self._names[place]):
                function.pop("name", None)
            return {"index": place, **({} if "custom" in rest and not function else {"function": function}), **rest}
        found = call.get("id")
        made = found if isinstance(found, str) and found else f"call_{token_hex(12)}"
        self._ids.append(made)
        self._names.append(name)
        self._places[theirs if isinstance(theirs, int) else None] = place
        head = {"index": place, "id": made, "type": call.get("type") or ("custom" if told is custom else "function")}
        if told is custom:
            return {**head, **rest}
        function.setdefault("arguments", "")
        return {**head, "function": function, **rest}

    def _place(self, theirs: Any, found: Any, name: str) -> int:
        """The place of the call that a delta belongs to: a known one, or the next. A name with another id begins a new
        call even under an index that was used (some hosts number every call 0)."""
        fresh = len(self._ids)
        if theirs is None:
            known = self._ids.index(found) if found in self._ids else fresh - 1
            begins = bool(name) and found not in self._ids
        else:
            known = self._places.get(theirs if isinstance(theirs, int) else None, fresh)
            begins = bool(name and found) and known < fresh and found != self._ids[known]
        return fresh if begins or known < 0 else known

    def _garbled(self) -> HostGarbled:
        return wrong_shape(self._host)
