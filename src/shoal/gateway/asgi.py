"""What every endpoint does with ASGI: find the key, read the body, notice a hang-up. It knows no wire format."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from starlette.types import Receive, Scope

from shoal.errors import BodyTooLarge, BodyTooSlow, RequestError

WATCH_AFTER_S = 0.2
# Where the server keeps a request's connection in its scope (`gateway/protocol.py`).
CONNECTION = "shoal.connection"


class Connection(Protocol):
    """What a server that can tell says of a connection: whether all that was asked has come, and when an answer is
    out."""

    @property
    def all_here(self) -> bool: ...

    def when_sent(self, then: Callable[[], None]) -> None: ...


class ClientGone(Exception):
    """The client hung up: there is no one to answer."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name; of repeated ones the last."""
    return dict(scope["headers"])


def token_of(headers: dict[bytes, bytes]) -> str | None:
    """The API key from `Authorization: Bearer`, else from `x-api-key`."""
    # Without "Bearer " there is nothing: "Bearer" alone is what a server leaves of one with an empty key.
    kind, _, token = headers.get(b"authorization", b"").partition(b" ")
    found = token.strip() if kind.lower() == b"bearer" else b""
    return (found or headers.get(b"x-api-key", b"").strip()).decode("latin-1") or None


async def read_body(receive: Receive, headers: dict[bytes, bytes], most: int) -> bytes:
    """The whole body, at most `most` bytes. Raises BodyTooLarge, ClientGone."""
    announced = headers.get(b"content-length", b"")
    # Zeros before a number are good HTTP, thousands of them are too long for int().
    if announced.isdigit() and int(announced.lstrip(b"0") or 0) > most:
        raise _too_large(most)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        return body
    chunks = bytearray()
    while message["type"] == "http.request":
        chunks += message.get("body", b"")
        if len(chunks) > most:
            raise _too_large(most)
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()
    raise ClientGone


async def read_body_in_time(scope: Scope, receive: Receive, most: int, within_s: float) -> bytes:
    """The whole body. A client that sends slowly must not hold a place for ever; one whose body has come with its head
    needs no clock. Raises BodyTooSlow and what `read_body` does."""
    headers, connection = headers_of(scope), scope.get(CONNECTION)
    if connection is not None and connection.all_here:
        return await read_body(receive, headers, most)
    try:
        async with asyncio.timeout(within_s):
            return await read_body(receive, headers, most)
    except TimeoutError:
        raise BodyTooSlow(
            f"the body did not come within {within_s:g} s: send it faster, or have the operator raise server.body_s"
        ) from None


def _too_large(most: int) -> RequestError:
    return BodyTooLarge(
        f"the body is larger than {most / 1e6:g} MB: send less, or have the operator raise server.max_body_mb"
    )


def when_sent(scope: Scope, then: Callable[[], None]) -> None:
    """Calls `then` once the operating system has taken the answer that was just written, to its last byte; never where
    the connection is lost before. A server that cannot tell is believed at once."""
    connection: Connection | None = scope.get(CONNECTION)
    if connection is None:
        then()
    else:
        connection.when_sent(then)


class Hangup:
    """Cancels the task that enters it when the client hangs up, and raises ClientGone there instead.

    The watch begins after WATCH_AFTER_S, so that a quick request pays for no task.
    """

    __slots__ = ("_gone", "_handle", "_owner", "_receive", "_watch")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watch: asyncio.Task[Any] | None = None

    def __enter__(self) -> None:
        self._owner = asyncio.current_task()
        self._handle = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._begin)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._gone and kind is asyncio.CancelledError and self._owner is not None:
            self._owner.uncancel()
            raise ClientGone from None

    def _begin(self) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self._gone = True
        if self._owner is not None:
            self._owner.cancel()
