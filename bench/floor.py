"""The bare floor: what a gateway in Python must at least cost. Raw ASGI on uvicorn with pyreqwest: parse the request,
name the host's model, send it, parse the answer, name the caller's model, write it. No keys, no checks, no record.

`python -m bench.floor --port N --host-url URL` serves until it is ended.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn
from pyreqwest.client import Client, ClientBuilder

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream")]


class Floor:
    """The ASGI app; every POST is a chat request."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Client | None = None

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = orjson.loads(await _body(receive))
        model, asked["model"] = asked["model"], "mock"
        self._client = self._client or ClientBuilder().no_proxy().build()
        request = self._client.post(self._url).header("content-type", "application/json")
        request = request.header("authorization", "Bearer none").body_bytes(orjson.dumps(asked))
        if asked.get("stream"):
            await _stream(request, model, send)
        else:
            reply = orjson.loads(memoryview(await (await request.build().send()).bytes()))
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


async def _stream(request: Any, model: str, send: Send) -> None:
    """Parses and writes every event anew, one send per event."""
    await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
    rest = b""
    async with request.build_streamed() as response:
        while (read := await response.body_reader.read_chunk()) is not None:
            *whole, rest = (rest + bytes(read)).split(b"\n\n")
            for event in whole:
                if event != b"data: [DONE]":
                    chunk = orjson.loads(event[6:])
                    chunk["model"] = model
                    event = b"data: " + orjson.dumps(chunk)
                await send({"type": "http.response.body", "body": event + b"\n\n", "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host-url", required=True, help="the host's whole chat-completions address")
    args = parser.parse_args()
    uvicorn.run(
        Floor(args.host_url), port=args.port, loop="uvloop", http="httptools", access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main()
