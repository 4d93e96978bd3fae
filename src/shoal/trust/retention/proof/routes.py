"""The ways that canaries are sent: every kind of request and every way that one can end. It judges nothing.

A route is a request to a running gateway. What the host behind it does is named by the model: `echo` says again what it
was told, `refuses-400` quotes it in an error, and so on; a model `DIALECT/BEHAVIOUR` is one that the run has set up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from shoal.trust.retention.proof.canaries import Planted
from shoal.trust.retention.proof.wire import Answered, Wire

CHAT = "/v1/chat/completions"
DIALECTS = ("openai", "anthropic")
SPECIALISTS = ("auto", "shoal/triage-banking", "shoal/triage-clinc", "shoal/summarize", "shoal/answer")
TOOL = {"type": "function", "function": {"name": "send", "parameters": {"type": "object", "properties": {}}}}
ENDED_EARLY = (0, 200)
EXCHANGE = re.compile(rb"ex_[0-9a-f]{28}")


@dataclass(frozen=True, slots=True)
class Door:
    """What a route needs of the gateway."""

    wire: Wire
    member: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.member}", "content-type": "application/json"}

    async def post(self, path: str, body: Any, **headers: str) -> Answered:
        """JSON to any path; bytes go as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.wire.send("POST", path, {**self.headers, **more}, data)


Send = Callable[[Door, Planted], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Route:
    """`expects` are the statuses with which it may end: another says that the route was not gone as meant."""

    name: str
    send: Send
    expects: tuple[int, ...] = (200,)


def chat_body(model: str, planted: Planted, **more: Any) -> dict[str, Any]:
    """A chat request with all canaries of the route in its prompt."""
    return {"model": model, "messages": [{"role": "user", "content": planted.prompt}], **more}


def routes() -> Iterator[Route]:
    """All of them, but those during which the gateway itself ends."""
    for dialect in DIALECTS:
        yield from _of_host(dialect)
    yield from _of_contents()
    yield from _embedded()
    yield from _refused()
    yield from _broken()
    yield from _hang_ups()
    yield from _endpoints()


def _chat(model: str, **more: Any) -> Send:
    return lambda door, planted: door.post(CHAT, chat_body(model, planted, **more))


def _of_host(dialect: str) -> Iterator[Route]:
    yield Route(f"{dialect}: answered whole", _chat(f"{dialect}/echo"))
    yield Route(f"{dialect}: answered as a stream", _chat(f"{dialect}/trickle", stream=True))
    yield Route(f"{dialect}: a tool is called", _chat(f"{dialect}/tool", tools=[TOOL]))
    for behaviour, status in (("refuses-400", 400), ("refuses-401", 424), ("refuses-429", 429), ("fails-500", 502)):
        yield Route(f"{dialect}: the host {behaviour} and quotes", _chat(f"{dialect}/{behaviour}"), (status,))
    for behaviour in ("wrong-shape", "not-json", "not-http", "resets"):
        yield Route(f"{dialect}: the host answers {behaviour}", _chat(f"{dialect}/{behaviour}"), (502,))
    for behaviour in ("garbled-event", "cut", "fails-midway"):
        streamed = _chat(f"{dialect}/{behaviour}", stream=True)
        yield Route(f"{dialect}: a stream that is {behaviour}", streamed, (200, 400, 502))
    yield Route(f"{dialect}: the host stays silent", _chat(f"{dialect}/silent"), (504,))
    yield Route(f"{dialect}: the host falls silent", _chat(f"{dialect}/stalls", stream=True), (200, 502, 504))
    late = _chat(f"{dialect}/stalls", stream=True, shoal={"deadline_s": 0.2})
    yield Route(f"{dialect}: the deadline passes", late, (200, 504))


def _of_contents() -> Iterator[Route]:
    """Where in a request text can stand."""

    def parts(door: Door, planted: Planted) -> Awaitable[Answered]:
        said = [{"type": "text", "text": planted.prompt, "shoal": {"trust": "retrieved"}}]
        messages = [{"role": "system", "content": planted.prompt}, {"role": "user", "content": said}]
        return door.post(CHAT, {"model": "openai/echo", "messages": messages})

    def tools(door: Door, planted: Planted) -> Awaitable[Answered]:
        arguments = json.dumps({"to": planted.mail.value, "note": planted.prompt, planted.text.value: 1})
        call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": arguments}}
        messages = [
            {"role": "user", "content": planted.prompt},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"result": planted.prompt})},
        ]
        return door.post(CHAT, {"model": "openai/echo", "messages": messages, "tools": [TOOL]})

    def options(door: Door, planted: Planted) -> Awaitable[Answered]:
        more = {"user": planted.mail.value, "metadata": {"note": planted.prompt}, "stop": [planted.text.value + "."]}
        return door.post(CHAT, chat_body("openai/echo", planted, new_option={planted.text.value: 1}, **more))

    def named(door: Door, planted: Planted) -> Awaitable[Answered]:
        name = {"conversation": planted.text.value}
        return door.post(CHAT, chat_body("openai/echo", planted, shoal=name), x_note=planted.mail.value)

    grounded = _chat("openai/echo", shoal={"collections": ["shoal-docs"]}, stream=True)
    yield Route("parts of lower trust and a system prompt", parts)
    yield Route("tool calls and their results", tools)
    yield Route("other fields of a request", options)
    yield Route("the name of a conversation, and a header", named)
    yield Route("grounded in documents", grounded)


def _embedded() -> Iterator[Route]:
    for model in SPECIALISTS:
        yield Route(f"the embedded model {model}", _chat(model))
    yield Route("the embedded model auto, as a stream", _chat("auto", stream=True))


def _refused() -> Iterator[Route]:
    def wrong_key(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, chat_body("auto", planted), authorization=f"Bearer {planted.text.value}")

    def bad_json(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, json.dumps(chat_body("auto", planted)).encode()[:-2])

    def bad_fields(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, chat_body("auto", planted, stream=planted.prompt))

    def odd_extension(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, chat_body("auto", planted, shoal={planted.text.value: 1}))

    def too_large(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, json.dumps(chat_body("auto", planted)).encode().ljust(1_200_000))

    def as_model(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post(CHAT, chat_body(planted.text.value, planted))

    def in_path(door: Door, planted: Planted) -> Awaitable[Answered]:
        path = f"/v1/models/{planted.text.value}?note={planted.mail.value}"
        return door.wire.send("GET", path, door.headers)

    def as_exchange(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.wire.send("GET", f"/v1/shoal/exchanges/{planted.text.value}", door.headers)

    yield Route("refused: a wrong key", wrong_key, (401,))
    yield Route("refused: no JSON", bad_json, (400,))
    yield Route("refused: a field of the wrong kind", bad_fields, (400,))
    yield Route("refused: a field that nobody knows", odd_extension, (400,))
    yield Route("refused: too large", too_large, (0, 413))
    yield Route("refused: a model that nobody knows", _chat("nobody-knows-it"), (404,))
    yield Route("refused: a model with the name of a canary", as_model, (404,))
    yield Route("refused: a path and its query", in_path, (404,))
    yield Route("refused: an exchange that does not exist", as_exchange, (404,))
    yield Route("the host cannot be reached", _chat("openai/unreachable"), (502,))


def _broken() -> Iterator[Route]:
    def slow(door: Door, planted: Planted) -> Awaitable[Answered]:
        body = json.dumps(chat_body("auto", planted)).encode()
        return door.wire.stop_after(CHAT, door.headers, body, sent=len(body) - 5)

    def no_http(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.wire.raw(f"{planted.text.value} /{planted.mail.value} no HTTP\r\n{planted.prompt}\r\n\r\n".encode())

    def long_head(door: Door, planted: Planted) -> Awaitable[Answered]:
        head = f"POST {CHAT}?{planted.text.value} HTTP/1.1\r\nconnection: close\r\nx-note: {planted.mail.value}\r\n"
        return door.wire.raw(head.encode() + b"x-long: " + b"x" * 100_000 + b"\r\n\r\n")

    yield Route("refused: no HTTP", no_http, (0, 400))
    yield Route("refused: a head that is too long", long_head, (0, 400, 401))
    yield Route("refused: a body that stops", slow, (408,))


def _hang_ups() -> Iterator[Route]:
    def in_body(door: Door, planted: Planted) -> Awaitable[Answered]:
        body = json.dumps(chat_body("openai/echo", planted)).encode()
        return door.wire.hang_up(CHAT, door.headers, body, sent=len(body) - 5)

    def in_stream(door: Door, planted: Planted) -> Awaitable[Answered]:
        body = json.dumps(chat_body("openai/stalls", planted, stream=True)).encode()
        return door.wire.hang_up(CHAT, door.headers, body, after=b"data:")

    def at_once(door: Door, planted: Planted) -> Awaitable[Answered]:
        body = json.dumps(chat_body("openai/silent", planted)).encode()
        return door.wire.hang_up(CHAT, door.headers, body)

    yield Route("the client hangs up in its request", in_body, ENDED_EARLY)
    yield Route("the client hangs up in a stream", in_stream, ENDED_EARLY)
    yield Route("the client hangs up before the answer", at_once, ENDED_EARLY)


def _endpoints() -> Iterator[Route]:
    def masked(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post("/v1/shoal/mask", {"text": planted.prompt})

    def masked_wrongly(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post("/v1/shoal/mask", {"text": planted.prompt, planted.text.value: 1})

    def moderated(door: Door, planted: Planted) -> Awaitable[Answered]:
        return door.post("/v1/moderations", {"input": [planted.prompt, planted.prompt]})

    async def fed_back(door: Door, planted: Planted) -> Answered:
        """Feedback to an exchange of its own; then what is kept of that exchange is read."""
        answered = await door.post(CHAT, chat_body("openai/echo", planted))
        found = EXCHANGE.search(answered.body)
        page = f"/v1/shoal/exchanges/{found[0].decode() if found else 'none'}"
        said = {"rating": "down", "outcome": "edited", "reason": planted.prompt, "edited": planted.text.value}
        taken = await door.post(f"{page}/feedback", said)
        for what in ("", "/feedback", "/content"):
            await door.wire.send("GET", page + what, door.headers)
        return taken

    yield Route("/v1/shoal/mask", masked)
    yield Route("/v1/shoal/mask, refused", masked_wrongly, (400,))
    yield Route("/v1/moderations", moderated, (200, 404))
    yield Route("feedback with text", fed_back, (201, 403))
