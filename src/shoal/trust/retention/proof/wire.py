"""Requests on a bare socket, also broken ones: a body that stops, a client that hangs up. It knows no endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: `status` 0 where the connection ended without an answer."""

    status: int
    body: bytes = field(repr=False)


class Wire:
    """Sends requests to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answered:
        """One request and all that comes back. Raises TimeoutError after LONGEST_S."""
        async with asyncio.timeout(LONGEST_S), self._connected() as (reader, writer):
            try:
                writer.write(_head(method, path, headers, len(body)) + body)
                await writer.drain()
                return _read(await reader.read())
            except ConnectionError:
                return Answered(0, b"")

    async def raw(self, data: bytes) -> Answered:
        """Bytes that need be no HTTP."""
        async with asyncio.timeout(LONGEST_S), self._connected() as (reader, writer):
            try:
                writer.write(data)
                await writer.drain()
                return _read(await reader.read())
            except ConnectionError:
                return Answered(0, b"")

    async def stop_after(self, path: str, headers: Mapping[str, str], body: bytes, *, sent: int) -> Answered:
        """A request whose body stops in the middle; the connection stays open until the gateway answers."""
        async with asyncio.timeout(LONGEST_S), self._connected() as (reader, writer):
            writer.write(_head("POST", path, headers, len(body)) + body[:sent])
            await writer.drain()
            return _read(await reader.read())

    async def hang_up(
        self, path: str, headers: Mapping[str, str], body: bytes, *, sent: int | None = None, after: bytes | None = None
    ) -> Answered:
        """A request whose client goes away: after so many bytes of the body, or once these bytes of the answer came."""
        async with asyncio.timeout(LONGEST_S), self._connected() as (reader, writer):
            writer.write(_head("POST", path, headers, len(body)) + body[:sent])
            await writer.drain()
            came = b""
            while after is not None and after not in came and (more := await reader.read(4096)):
                came += more
            writer.transport.abort()
            return _read(came)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            yield reader, writer
        finally:
            writer.close()


def _head(method: str, path: str, headers: Mapping[str, str], length: int) -> bytes:
    known = {"host": "127.0.0.1", "connection": "close", "content-length": str(length), **headers}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in known.items()) + "\r\n").encode()


def _read(answer: bytes) -> Answered:
    """The status, and the body with the marks of its chunks, which parts no event."""
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return Answered(int(words[1]) if len(words) > 1 and words[1].isdigit() else 0, body)
