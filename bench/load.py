"""A load generator: keep-alive HTTP/1.1 connections that each send one request after another, alike but for a number in
their text so that nobody can answer from memory, bounded in count and time. It knows nothing of gateways; it counts
answers and times them.

`python -m bench.load --url URL --connections 32 --count 5000` prints one line of JSON: requests, errors, seconds,
requests per second, latency p50 and p99 and time to the first byte p50 in ms, events per stream, its own CPU seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

NAME, MAIL, NUMBER = "Jane Doe", "jane.doe@example.com", b"#######0"


@dataclass
class Tally:
    """What came back. Times in seconds; `events` counts `data:` lines of streams, `words` those of the
    mock host's, which a gateway may gather into fewer events."""

    left: int
    ends_at: float
    times: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    errors: int = 0
    events: int = 0
    words: int = 0
    first_error: str = ""

    def take(self) -> bool:
        """Whether one more request may be sent."""
        if self.left <= 0 or time.perf_counter() >= self.ends_at:
            return False
        self.left -= 1
        return True


class Connection(asyncio.Protocol):
    """One connection: sends `request`, reads the answer to its end, sends the next until the tally says stop."""

    def __init__(self, request: bytes, tally: Tally, done: Callable[[], None]) -> None:
        self._request = request
        self._tally = tally
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._body: bytearray = bytearray()
        self._sent = self._first = 0.0
        self._length: int | None = None
        self._in_body = self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        if not self._tally.take():
            self._transport.close()
            return
        self._body.clear()
        self._in_body, self._length, self._waiting, self._first = False, None, True, 0.0
        self._sent = time.perf_counter()
        self._transport.write(self._request.replace(NUMBER, b"%08d" % self._tally.left, 1))

    def data_received(self, data: bytes) -> None:
        if not self._first:
            self._first = time.perf_counter()
        self._body += data
        if not self._in_body and not self._read_head():
            return
        if self._length is not None:
            if len(self._body) >= self._length:
                self._finish()
        elif self._body.endswith(b"0\r\n\r\n"):
            self._finish()

    def _read_head(self) -> bool:
        end = self._body.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._body[:end]).lower()
        del self._body[: end + 4]
        if b" 200" not in head.partition(b"\r\n")[0]:
            self._fail(head.partition(b"\r\n")[0].decode("latin-1"))
        found = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        self._length = int(found) if found else None
        self._in_body = True
        return True

    def _finish(self) -> None:
        self._waiting = False
        now = time.perf_counter()
        self._tally.times.append(now - self._sent)
        self._tally.firsts.append(self._first - self._sent)
        self._tally.events += self._body.count(b"data: ")
        self._tally.words += self._body.count(b"word")
        self._next()

    def _fail(self, why: str) -> None:
        self._tally.errors += 1
        self._tally.first_error = self._tally.first_error or why

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting:
            self._fail("the connection was closed before the answer was complete")
        self._done()


async def run(request: bytes, address: tuple[str, int], connections: int, tally: Tally) -> None:
    """Runs until every connection has ended, at the latest 30 s after the tally's time."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    open_now = connections

    def done() -> None:
        nonlocal open_now
        open_now -= 1
        if open_now == 0:
            ended.set()

    for _ in range(connections):
        await loop.create_connection(lambda: Connection(request, tally, done), *address)
    async with asyncio.timeout(tally.ends_at - time.perf_counter() + 30):
        await ended.wait()


def request_bytes(url: str, model: str, key: str, stream: bool, headers: list[str]) -> bytes:
    """A chat request of one short message that holds a name and an address, as an application would send it: a body of
    about 300 bytes."""
    split = urlsplit(url)
    body: dict[str, object] = {
        "model": model,
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {
                "role": "user",
                "content": f"I am {NAME}, {MAIL}, order {NUMBER.decode()}. In one sentence: what is a proxy?",
            },
        ],
        "temperature": 0.2,
    }
    if stream:
        body["stream"] = True
    data = json.dumps(body, separators=(",", ":")).encode()
    lines = [f"POST {split.path} HTTP/1.1", f"host: {split.netloc}", f"authorization: Bearer {key}"]
    lines += ["content-type: application/json", f"content-length: {len(data)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank); 0 for none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def _report(tally: Tally, wall_s: float) -> dict[str, object]:
    return {
        "requests": len(tally.times),
        "errors": tally.errors,
        "first_error": tally.first_error,
        "wall_s": wall_s,
        "per_s": len(tally.times) / wall_s,
        "p50_ms": quantile(tally.times, 0.5) * 1000,
        "p99_ms": quantile(tally.times, 0.99) * 1000,
        "first_p50_ms": quantile(tally.firsts, 0.5) * 1000,
        "events": tally.events / max(1, len(tally.times)),
        "words": tally.words / max(1, len(tally.times)),
        "own_cpu_s": time.process_time(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", default="mock")
    parser.add_argument("--key", default="none")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stream", action="store_true")
    args = parser.parse_args()
    split = urlsplit(args.url)
    address = (split.hostname or "127.0.0.1", split.port or 80)
    request = request_bytes(args.url, args.model, args.key, args.stream, args.header)
    begun = time.perf_counter()
    tally = Tally(args.count, begun + args.seconds)
    task = run(request, address, args.connections, tally)
    try:
        import uvloop

        uvloop.run(task)
    except ImportError:
        asyncio.run(task)
    print(json.dumps(_report(tally, time.perf_counter() - begun)))


if __name__ == "__main__":
    main()
