"""Public fakes for tests and benchmarks: `ScriptedModel` and `ScriptedHost`. They know nothing of the gateway.

A `ScriptedHost` is a real HTTP/1.1 server on 127.0.0.1 that does, byte for byte, what its script says:

    async with ScriptedHost(rate_limited("7"), stream("Hel", "lo")) as host:
        settings = Settings(hosts={"local": Host(dialect="openai", base_url=host.url)}, ...)

Each request takes the next step; when the script is at its end, `otherwise` is played, which is `answers()` unless
something else is given.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from shoal.call import Call, ModelCard
from shoal.chat import Chat, Choice, Json, Piece, Usage
from shoal.errors import ShoalError

Line = Piece | str | ShoalError | asyncio.Event


class ScriptedModel:
    """A leaf model that plays one script per call, the last again and again: pieces as they are, a string as a piece
    of its text, an Event waited for, an error raised. A script ends with a finish reason and `usage`.

    `chats` are the requests so far, `running` the replies under way, `cancelled` those that were not read to their end.
    """

    def __init__(
        self,
        *scripts: Sequence[Line],
        name: str = "scripted",
        kind: str = "specialist",
        usage: Usage | None = None,
        **card: Any,
    ) -> None:
        self._scripts = list(scripts) or [["Hello", " world"]]
        self._usage = usage or Usage(prompt_tokens=7, completion_tokens=2)
        self._card = ModelCard(name, "general", kind, **card)
        self.chats: list[Chat] = []
        self.calls: list[Call] = []
        self.running = 0
        self.cancelled = 0

    @property
    def card(self) -> ModelCard:
        return self._card

    async def reply(self, chat: Chat, call: Call) -> AsyncIterator[Piece]:
        """The script's pieces; where the chat is not streamed, all its text in one."""
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        self.chats.append(chat)
        self.calls.append(call)
        self.running += 1
        ended = False
        try:
            async for piece in self._play(script, chat.stream):
                ended = piece.usage is not None
                yield piece
            ended = True
        except ShoalError:
            ended = True
            raise
        finally:
            self.running -= 1
            self.cancelled += not ended

    async def _play(self, script: Sequence[Line], streamed: bool) -> AsyncIterator[Piece]:
        said: list[str] = []
        for line in script:
            match line:
                case asyncio.Event():
                    await line.wait()
                case ShoalError():
                    raise line
                case str() if not streamed:
                    said.append(line)
                case str():
                    yield Piece.of(line, None)
                case _:
                    yield line
        if not streamed:
            yield Piece.of("".join(said), "stop", usage=self._usage)
        elif not script or not isinstance(script[-1], Piece):
            yield Piece([Choice({}, 0, "stop")], self._usage)


@dataclass(slots=True)
class Received:
    """A request that a ScriptedHost got. Header names are lower-case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Json:
        return cast(Json, orjson.loads(self.body))


class Wire:
    """One connection of a ScriptedHost, as a step sees it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def send(self, *parts: bytes) -> None:
        """Bytes, as they are."""
        self._transport.writelines(parts)

    def close(self) -> None:
        """Ends the connection after what was sent."""
        self._transport.close()

    def reset(self) -> None:
        """Ends the connection at once."""
        self._transport.abort()


Step = Callable[[Received, Wire], Awaitable[None]]


class ScriptedHost:
    """The server. `requests` are those so far, `connections` how many are open, `hang_ups` how many clients went away
    in the middle of a step."""

    def __init__(self, *script: Step, otherwise: Step | None = None) -> None:
        self.script = list(script)
        self.requests: list[Received] = []
        self.connections = 0
        self.hang_ups = 0
        self._otherwise = otherwise or answers()
        self._lines: set[_Connection] = set()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL for either dialect."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> ScriptedHost:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for line in tuple(self._lines):
            line.drop()
        await self._server.wait_closed()
        await self.until(lambda: not self._lines)

    async def until(self, true: Callable[[], bool], within_s: float = 60.0) -> None:
        """Waits until a condition on this host's counts holds. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def step(self) -> Step:
        """What to do with the next request."""
        return self.script.pop(0) if self.script else self._otherwise

    def change(self, line: _Connection, opened: int = 0) -> None:
        """Notes that a connection opened (1), closed (-1), or that something was counted (0)."""
        if opened:
            (self._lines.add if opened > 0 else self._lines.discard)(line)
            self.connections += opened
        self._changed.set()


class _Connection(asyncio.Protocol):
    """Reads requests off one connection and plays a step for each."""

    def __init__(self, host: ScriptedHost) -> None:
        self._host = host
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._host.change(self, 1)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if self._task is not None:
            self._host.hang_ups += 1
            self._task.cancel()
        self._host.change(self, -1)

    def drop(self) -> None:
        self._transport.abort()

    def _next(self) -> None:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, path, _ = first.split(" ", 2)
        received = Received(method, path, headers, rest[:length])
        self._host.requests.append(received)
        self._task = asyncio.ensure_future(self._host.step()(received, Wire(self._transport)))
        self._task.add_done_callback(self._done)
        self._host.change(self)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._task = None
        if not task.cancelled():
            task.result()
            if self._buffer:
                self._next()


def refused() -> str:
    """The base URL of a port where nobody listens, and nobody will: programs are given ports above these, and who tries
    to reach one that it was given itself reaches itself."""
    for port in range(1, 1024):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED:
                return f"http://127.0.0.1:{port}/v1"
    raise OSError(errno.EADDRINUSE, "somebody listens on every port below 1024")


def response(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP response; `retry_after` and the like become header names."""
    known = {"content_type": "application/json", "content_length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in known.items())
    return f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode("latin-1") + body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(data: Json | str) -> bytes:
    """One server-sent event; its name is the data's `type`, as in the Anthropic format, where it has one."""
    if isinstance(data, str):
        return f"data: {data}\n\n".encode()
    name = f"event: {data['type']}\n" if "type" in data else ""
    return name.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


USAGE: Json = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}


def spoken(received: Received) -> str:
    """The dialect of a request, by its path."""
    return "anthropic" if received.path.endswith("/messages") else "openai"


def reply_wire(dialect: str, text: str) -> Json:
    """A whole reply in a dialect."""
    if dialect == "anthropic":
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 7, "output_tokens": 2},
        }
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": USAGE,
    }


def stream_wires(dialect: str, texts: Sequence[str]) -> list[Json | str]:
    """The events of a streamed reply in a dialect."""
    if dialect == "anthropic":
        start = {"type": "message_start", "message": {"role": "assistant", "usage": {"input_tokens": 7}}}
        opened = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        said = [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
        ]
        stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
        return [start, opened, *said, {"type": "content_block_stop", "index": 0}, stop, {"type": "message_stop"}]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None} for text in texts]
    finish = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks = [{**head, "choices": [choice]} for choice in (*choices, finish)]
    return [*chunks, {**head, "choices": [], "usage": USAGE}, "[DONE]"]


def answers(*texts: str) -> Step:
    """Answers as asked, whole or streamed, in the dialect of the request."""
    texts = texts or ("Hello", " world")

    async def step(received: Received, wire: Wire) -> None:
        if received.json.get("stream"):
            await stream(*texts)(received, wire)
        else:
            wire.send(response(orjson.dumps(reply_wire(spoken(received), "".join(texts)))))

    return step


def stream(*texts: str, until: asyncio.Event | None = None, cut: bool = False) -> Step:
    """Streams; `until` holds the end back after the texts; `cut` closes there instead, without an end."""

    async def step(received: Received, wire: Wire) -> None:
        wires = stream_wires(spoken(received), texts)
        said = len(texts) + (2 if spoken(received) == "anthropic" else 0)
        wire.send(STREAM_HEAD, *(chunk(event(each)) for each in wires[:said]))
        if until is not None:
            await until.wait()
        if cut:
            wire.close()
        else:
            wire.send(*(chunk(event(each)) for each in wires[said:]), STREAM_END)

    return step


def events(*wires: Json | str) -> Step:
    """Streams exactly these events, and ends well."""
    return sends(STREAM_HEAD, *(chunk(event(each)) for each in wires), STREAM_END)


def sends(*parts: bytes, close: bool = False) -> Step:
    """Sends these bytes, whatever they are; `close` ends the connection after them."""

    async def step(received: Received, wire: Wire) -> None:
        wire.send(*parts)
        if close:
            wire.close()

    return step


def fails(status: int, body: Json | None = None, **headers: str) -> Step:
    """Answers with an error."""
    wire = body if body is not None else {"error": {"message": "scripted", "type": "scripted"}}
    return sends(response(orjson.dumps(wire), status, **headers))


def rate_limited(retry_after: str) -> Step:
    """Answers 429 with Retry-After."""
    return fails(429, retry_after=retry_after)


def hangs(*first: bytes) -> Step:
    """Sends `first` and then nothing, for ever."""

    async def step(received: Received, wire: Wire) -> None:
        wire.send(*first)
        await asyncio.Event().wait()

    return step


def garbage() -> Step:
    """Answers with what is no HTTP."""
    return sends(b"\x00\x01 not HTTP\r\n\r\n", close=True)


def resets() -> Step:
    """Ends the connection without an answer."""

    async def step(received: Received, wire: Wire) -> None:
        wire.reset()

    return step


def trickles(*texts: str, size: int = 1) -> Step:
    """Streams a few bytes at a time, each in a packet of its own."""

    async def step(received: Received, wire: Wire) -> None:
        whole = b"".join(chunk(event(each)) for each in stream_wires(spoken(received), texts)) + STREAM_END
        wire.send(STREAM_HEAD)
        for at in range(0, len(whole), size):
            wire.send(whole[at : at + size])
            await asyncio.sleep(0)

    return step
