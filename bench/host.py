"""A mock host for load: a raw HTTP/1.1 server that answers every POST alike, as lightly as Python can.

It knows no model: a whole reply is a fixed JSON of 370 bytes, a stream a fixed row of chunks, each written to the
socket by itself. `python -m bench.host` prints `{"port": N}` and serves until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import cast

REPLY_BYTES = 370


def whole_reply() -> bytes:
    """A chat completion whose JSON has REPLY_BYTES bytes."""
    reply = {
        "id": "chatcmpl-mock",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "mock",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 24, "total_tokens": 36},
    }
    padding = REPLY_BYTES - len(json.dumps(reply))
    reply["choices"][0]["message"]["content"] = ("The quick answer is short. " * 20)[:padding]  # type: ignore[index]
    return json.dumps(reply).encode()


def events(chunks: int) -> list[bytes]:
    """The server-sent events of a stream: `chunks` deltas, the finish reason, the usage, [DONE]."""
    head = {"id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 1700000000, "model": "mock"}
    deltas = [{"role": "assistant", "content": "word "}] + [{"content": f"word{at} "} for at in range(1, chunks)]
    rows = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    rows.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 12, "completion_tokens": chunks, "total_tokens": 12 + chunks}
    rows.append({**head, "choices": [], "usage": usage})
    return [b"data: " + json.dumps(row).encode() + b"\n\n" for row in rows] + [b"data: [DONE]\n\n"]


def _whole_http() -> bytes:
    body = whole_reply()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _stream_http(chunks: int) -> list[bytes]:
    framed = [b"%x\r\n%b\r\n" % (len(event), event) for event in events(chunks)]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return [head + framed[0], *framed[1:-1], framed[-1] + b"0\r\n\r\n"]


class MockHost(asyncio.Protocol):
    """One connection. `pace_s` is the pause between chunks; 0 writes one chunk per turn of the event loop."""

    def __init__(self, whole: bytes, stream: list[bytes], pace_s: float) -> None:
        self._whole = whole
        self._stream = stream
        self._pace_s = pace_s
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            _, found, length = head.partition(b"content-length:")
            size = int(length.partition(b"\r\n")[0]) if found else 0
            if len(self._buffer) < end + 4 + size:
                return
            body = self._buffer[end + 4 : end + 4 + size]
            self._buffer = self._buffer[end + 4 + size :]
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        if b'"stream":true' in body or b'"stream": true' in body:
            self._chunk(0)
        elif self._transport is not None:
            self._transport.write(self._whole)

    def _chunk(self, at: int) -> None:
        if self._transport is None:
            return
        self._transport.write(self._stream[at])
        if at + 1 < len(self._stream):
            asyncio.get_running_loop().call_later(self._pace_s, self._chunk, at + 1)


async def serve(chunks: int, pace_s: float) -> None:
    """Serves on a free port of 127.0.0.1 until standard input ends."""
    whole, stream = _whole_http(), _stream_http(chunks)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: MockHost(whole, stream, pace_s), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--pace-ms", type=float, default=0.0, help="pause between the chunks of a stream")
    args = parser.parse_args()
    try:
        import uvloop

        uvloop.run(serve(args.chunks, args.pace_ms / 1000))
    except ImportError:
        asyncio.run(serve(args.chunks, args.pace_ms / 1000))


if __name__ == "__main__":
    main()
