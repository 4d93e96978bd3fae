"""The bare floor: what a gateway in Python must at least cost. Raw ASGI on uvicorn with an HTTP client: parse the
request, name the host's model, send it, parse the answer, name the caller's model, write it. No keys, no checks, no
record.

`python -m bench.floor --client pyreqwest --port N --host-url URL` serves until it is ended.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import orjson
import uvicorn

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream")]
HEADERS = {"content-type": "application/json", "authorization": "Bearer none"}


class HttpClient(Protocol):
    """Sends the body to the host: the whole answer, or its chunks as they come."""

    async def whole(self, body: bytes) -> bytes: ...

    def chunks(self, body: bytes) -> AsyncIterator[bytes]: ...


class Pyreqwest:
    """HttpClient on pyreqwest."""

    def __init__(self, url: str) -> None:
        from pyreqwest.client import ClientBuilder

        self._url = url
        self._client = ClientBuilder().no_proxy().build()

    async def whole(self, body: bytes) -> bytes:
        response = await self._client.post(self._url).headers(HEADERS).body_bytes(body).build().send()
        return bytes(await response.bytes())

    async def chunks(self, body: bytes) -> AsyncIterator[bytes]:
        async with self._client.post(self._url).headers(HEADERS).body_bytes(body).build_streamed() as response:
            while (read := await response.body_reader.read_chunk()) is not None:
                yield bytes(read)


class Aiohttp:
    """HttpClient on aiohttp."""

    def __init__(self, url: str) -> None:
        import aiohttp
        from yarl import URL

        self._url = URL(url)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def whole(self, body: bytes) -> bytes:
        async with self._session.post(self._url, data=body, headers=HEADERS) as response:
            return await response.read()

    async def chunks(self, body: bytes) -> AsyncIterator[bytes]:
        async with self._session.post(self._url, data=body, headers=HEADERS) as response:
            async for read in response.content.iter_any():
                yield read


CLIENTS: dict[str, Callable[[str], HttpClient]] = {"pyreqwest": Pyreqwest, "aiohttp": Aiohttp}


class Floor:
    """The ASGI app; every POST is a chat request."""

    def __init__(self, make: Callable[[str], HttpClient], url: str) -> None:
        self._make = make
        self._url = url
        self._client: HttpClient | None = None

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = orjson.loads(await _body(receive))
        model, asked["model"] = asked["model"], "mock"
        if self._client is None:
            self._client = self._make(self._url)
        if asked.get("stream"):
            await _stream(self._client.chunks(orjson.dumps(asked)), model, send)
        else:
            reply = orjson.loads(await self._client.whole(orjson.dumps(asked)))
            reply["model"] = model
            body = orjson.dumps(reply)
            length = (b"content-length", str(len(body)).encode())
            await send({"type": "http.response.start", "status": 200, "headers": [*JSON, length]})
            await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body


async def _stream(chunks: AsyncIterator[bytes], model: str, send: Send) -> None:
    """Parses and writes every event anew, one send per event."""
    await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
    rest = b""
    async for read in chunks:
        *whole, rest = (rest + read).split(b"\n\n")
        for event in whole:
            if event != b"data: [DONE]":
                chunk = orjson.loads(event[6:])
                chunk["model"] = model
                event = b"data: " + orjson.dumps(chunk)
            await send({"type": "http.response.body", "body": event + b"\n\n", "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", choices=CLIENTS, default="pyreqwest")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host-url", required=True, help="the host's whole chat-completions address")
    args = parser.parse_args()
    app = Floor(CLIENTS[args.client], args.host_url)
    uvicorn.run(app, port=args.port, loop="uvloop", http="httptools", access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
