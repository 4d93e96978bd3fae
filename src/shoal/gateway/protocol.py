"""uvicorn's HTTP/1.1 protocol with bounds on the head of a request, which it has none for, with word of when an answer
is out, and with an answer's head and body in one write. It knows no endpoint.

The parser keeps heads and trailers in memory, and their connections open, also those of callers without a key. What is
written waits in this process until the operating system takes it: who dies meanwhile has not sent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shoal.errors import RequestError
from shoal.gateway.asgi import CONNECTION
from shoal.gateway.envelope import error_wire

LARGEST_HEAD = 64 * 1024
LOOK_S = 0.05
HEAD_400 = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
)
# Nobody holds a connection for longer without a whole head, or twice as long where it began in between.
HEAD_S = 60.0


class Joined:
    """What a request writes to: the first write, an answer's head, goes out with the second, or as soon as the loop
    turns. A write to a socket costs as much as a tenth of all else about a request."""

    __slots__ = ("_begun", "_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None
        self._begun = False

    def write(self, data: bytes) -> None:
        """Writes, or holds the first for the second."""
        if self._begun:
            held, self._held = self._held, None
            self._transport.write(data if held is None else held + data)
        else:
            self._begun, self._held = True, data
            self._loop.call_soon(self._flush)

    def is_closing(self) -> bool:
        """Whether the connection is being closed."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection once all is written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._transport.write(held)


class BoundedHead(HttpToolsProtocol):
    """Answers 400 and closes where the request line and the headers, or the trailers after a chunked body, take more
    than LARGEST_HEAD bytes, give or take what one read brings; closes where a head does not come within HEAD_S. `_head`
    is how many bytes there are so far, None while the parser is elsewhere; `_heads` counts those that came whole.
    `all_here` says whether every request that has begun has come whole."""

    all_here = False
    _head: int | None = 0
    _heads = 0
    _lost = False
    _unsent: list[Callable[[], None]]
    _timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Nothing waits yet."""
        self._unsent = []
        self._timer = self.loop.call_later(HEAD_S, self._look_at_head, 0)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Without an error, all that was written is out: a connection that is closed sends the rest before."""
        self._lost = True
        self._timer.cancel()
        if exc is None:
            self._tell()
        super().connection_lost(exc)

    def when_sent(self, then: Callable[[], None]) -> None:
        """Calls `then` once the operating system has taken all that was written so far; never where the connection is
        lost before that."""
        if self._lost:
            return
        self._unsent.append(then)
        if len(self._unsent) == 1:
            self.loop.call_soon(self._look)

    def _look_at_head(self, heads: int) -> None:
        """Closes where a head, the first one or one that has begun, has not come whole since the last look."""
        answers = self.cycle is not None and not self.cycle.response_complete
        if self._head is not None and self._heads == heads and not answers:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(HEAD_S, self._look_at_head, self._heads)

    def _look(self) -> None:
        if self._lost or not self._unsent:
            return
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LOOK_S, self._look)
        else:
            self._tell()

    def _tell(self) -> None:
        told, self._unsent = self._unsent, []
        for then in told:
            then()

    def data_received(self, data: bytes) -> None:
        """Reads on. The bytes count where a head is under way; one that begins or ends in them sets the count anew."""
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(f"the headers of the request are larger than {LARGEST_HEAD >> 10} kB: send less")

    def send_400_response(self, msg: str) -> None:
        """What uvicorn says in plain text of what it cannot read."""
        self._refuse("this is no request of HTTP/1.1: see what the client, or a proxy before the gateway, sends")

    def _refuse(self, message: str) -> None:
        """Answers 400 in the form of all errors, and closes. In the middle of an answer there is no room for it."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = orjson.dumps(error_wire(RequestError(message)))
            self.transport.write(HEAD_400 % len(body) + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head = 0
        super().on_message_begin()
        self.all_here = False
        cast(dict[str, Any], self.scope)[CONNECTION] = self

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._head = None
        self._heads += 1
        super().on_headers_complete()
        self.cycle.transport = Joined(self.transport, self.loop)  # type: ignore[assignment]

    def on_chunk_header(self) -> None:
        """A chunk begins; after the last one come the trailers."""
        self._head = 0

    def on_body(self, body: bytes) -> None:
        """It was not the last chunk."""
        self._head = None
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has ended."""
        self._head, self.all_here = None, True
        super().on_message_complete()
