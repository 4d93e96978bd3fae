"""The host that `shoal verify-retention` lets the gateway call: it says again what it was told, well or badly.

How it behaves stands in the name of the model that is asked. It records every request, as ScriptedHost does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from shoal.chat import Json
from shoal.testing import (
    STREAM_HEAD,
    Received,
    ScriptedHost,
    Step,
    Wire,
    answers,
    chunk,
    event,
    fails,
    garbage,
    hangs,
    reply_wire,
    resets,
    response,
    sends,
    spoken,
    stream,
    stream_wires,
    trickles,
)
from shoal.trust.retention.proof.canaries import Canaries


def recording_host(canaries: Canaries) -> ScriptedHost:
    """A host for one run, not yet listening."""

    async def step(received: Received, wire: Wire) -> None:
        said = _said(received, canaries)
        made = BEHAVIOURS.get(str(received.json.get("model")), answers)
        await made(said)(received, wire)

    return ScriptedHost(otherwise=step)


def _said(received: Received, canaries: Canaries) -> str:
    """The last thing that it was told, and a canary of the host's own."""
    body = received.body.decode("utf-8", "replace")
    own = next((canaries.of(each.route).said.value for each in list(canaries) if each.value in body), "nothing new")
    return f"{_last_text(received.json)} And besides: {own}."


def _last_text(wire: Json) -> str:
    content: Any = wire["messages"][-1].get("content")
    while isinstance(content, list):
        last = content[-1] if content else {}
        content = last.get("text") or last.get("content") or ""
    return str(content or "")


def _tool_call(said: str) -> Step:
    """Calls a tool with all that it was told."""

    async def step(received: Received, wire: Wire) -> None:
        arguments = orjson.dumps({"to": said, said: 1}).decode()
        if spoken(received) == "anthropic":
            whole = reply_wire("anthropic", "")
            whole["content"] = [{"type": "tool_use", "id": "toolu_1", "name": "send", "input": {"to": said}}]
            whole["stop_reason"] = "tool_use"
        else:
            whole = reply_wire("openai", "")
            call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": arguments}}
            whole["choices"][0] = {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {"role": "assistant", "content": None, "tool_calls": [call]},
            }
        wire.send(response(orjson.dumps(whole)))

    return step


def _refuses(status: int) -> Callable[[str], Step]:
    """An error that quotes the request, in every field that it has."""
    return lambda said: fails(
        status, {"error": {"message": said, "type": "invalid_request_error", "param": said, "code": said}}, x_note="a"
    )


def _cut(said: str) -> Step:
    return stream(said, said, cut=True)


def _stalls(said: str) -> Step:
    """Says something and then nothing more."""

    async def step(received: Received, wire: Wire) -> None:
        wires = stream_wires(spoken(received), [said, said])
        await hangs(STREAM_HEAD, *(chunk(event(each)) for each in wires[:3]))(received, wire)

    return step


def _fails_midway(said: str) -> Step:
    """A stream that ends with an error which quotes the request."""

    async def step(received: Received, wire: Wire) -> None:
        wires = stream_wires(spoken(received), [said])[:3]
        error: Json = {"type": "error", "error": {"type": "server_error", "message": said, "code": said}}
        wire.send(STREAM_HEAD, *(chunk(event(each)) for each in (*wires[:1], error)))
        wire.close()

    return step


def _garbled_event(said: str) -> Step:
    return sends(STREAM_HEAD, chunk(f"data: {{{said}\n\n".encode()), close=True)


BEHAVIOURS: Mapping[str, Callable[[str], Step]] = {
    "echo": answers,
    "briefly": lambda said: answers(f"In short: {said}"),
    "judge": answers,
    "trickle": lambda said: trickles(said, size=7),
    "tool": _tool_call,
    "refuses-400": _refuses(400),
    "refuses-401": _refuses(401),
    "refuses-429": _refuses(429),
    "fails-500": _refuses(500),
    "wrong-shape": lambda said: sends(response(orjson.dumps({"odd": said, "choices": said}))),
    "not-json": lambda said: sends(response(said.encode())),
    "not-http": lambda _: garbage(),
    "garbled-event": _garbled_event,
    "cut": _cut,
    "fails-midway": _fails_midway,
    "resets": lambda _: resets(),
    "silent": lambda _: hangs(),
    "stalls": _stalls,
}
