"""Which HTTP client goes out to hosts: CPU per request and per streamed chunk, and what is left after hang-ups.

    python bench/http_clients.py [--requests 1500] [--streams 64]

The host is a `ScriptedHost` in a process of its own, which answers about 370 bytes or streams 100 events, each written
on its own. CPU is `time.process_time` of this process alone (the clients' threads included), on uvloop; the best of
seven runs, since the machine may be shared. "HostModel" is the whole layer: request written, reply read into pieces.
Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from types import TracebackType

import uvloop
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from shoal.call import Call, Trail, closing
from shoal.chat import Chat, Message
from shoal.config import Settings
from shoal.errors import HostCut, HostUnreachable
from shoal.models.hosts.aiohttp_client import AiohttpClient
from shoal.models.hosts.host import HostModel, Hosts, open_hosts
from shoal.models.hosts.http import HttpClient, HttpReply, read_whole
from shoal.models.hosts.openai import OpenAIReading
from shoal.models.hosts.sse import EventStream
from shoal.models.registry import Registry
from shoal.testing import STREAM_END, STREAM_HEAD, Received, ScriptedHost, Wire, answers, chunk, event, stream_wires

CHUNKS = 100
EVENTS = [event(each) for each in stream_wires("openai", ["token "] * (CHUNKS - 3))]
WHOLE = b'{"model":"m","messages":[{"role":"user","content":"Say hello."}]}'
STREAMED = b'{"stream":true,' + WHOLE[1:]
HEADERS = {"content-type": "application/json", "accept-encoding": "identity"}
ASK = Chat("m", (Message.of("user", "Say hello."),))
ASK_STREAMED = Chat("m", ASK.messages, stream=True)
One = Callable[[], Awaitable[None]]


class PyreqwestClient:
    """HttpClient on pyreqwest (reqwest and hyper, in Rust)."""

    def __init__(self, host: str, connect_s: float) -> None:
        builder = ClientBuilder().connect_timeout(timedelta(seconds=connect_s)).follow_redirects(False).no_proxy()
        self._client = builder.gzip(False).brotli(False).zstd(False).deflate(False).build()
        self._host = host

    def post(self, url: str, headers: dict[str, str], body: bytes) -> _Post:
        return _Post(self._host, self._client.post(url).headers(headers).body_bytes(body).build_streamed())

    async def close(self) -> None:
        await self._client.close()


class _Post:
    def __init__(self, host: str, request: StreamRequest) -> None:
        self._host = host
        self._request = request

    async def __aenter__(self) -> HttpReply:
        try:
            return _Reply(self._host, await self._request.__aenter__())
        except PyreqwestError:
            raise HostUnreachable("no answer", host=self._host) from None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._request.__aexit__(kind, error, trace)


class _Reply:
    def __init__(self, host: str, answer: Response) -> None:
        self._host = host
        self._answer = answer
        self._reader = answer.body_reader
        self.status = answer.status

    def header(self, name: str) -> str:
        return self._answer.get_header(name) or ""

    async def chunk(self) -> bytes:
        try:
            found = await self._reader.read_chunk()
        except PyreqwestError:
            raise HostCut("cut", host=self._host) from None
        return b"" if found is None else found.to_bytes()

    async def finish(self) -> None:
        with suppress(TimeoutError, HostCut):
            async with asyncio.timeout(0.05):
                await self.chunk()


def serve(pipe: Connection) -> None:
    """The host's process: tells its port, then how many connections are open whenever it is asked."""
    whole = answers("x" * 170)

    async def step(received: Received, wire: Wire) -> None:
        if "x-hang" in received.headers:
            wire.send(STREAM_HEAD, chunk(EVENTS[0]))
            await asyncio.Event().wait()
        if not received.json.get("stream"):
            return await whole(received, wire)
        wire.send(STREAM_HEAD)
        for each in EVENTS:
            wire.send(chunk(each))
            await asyncio.sleep(0)
        wire.send(STREAM_END)

    async def run() -> None:
        async with ScriptedHost(otherwise=step) as host:
            pipe.send(host.port)
            while await asyncio.to_thread(pipe.recv):
                pipe.send(host.connections)

    uvloop.run(run())


async def at_once(width: int, total: int, one: One) -> None:
    """Runs `one` so many times in all, `width` at once."""

    async def worker(times: int) -> None:
        for _ in range(times):
            await one()

    await asyncio.gather(*(worker(total // width) for _ in range(width)))


async def measure(width: int, total: int, one: One) -> tuple[float, float]:
    """CPU microseconds and wall microseconds for each; the best of seven."""
    total -= total % width
    await at_once(width, width * 4, one)
    best_cpu = best_wall = float("inf")
    for _ in range(7):
        cpu, begun = time.process_time(), time.perf_counter()
        await at_once(width, total, one)
        best_cpu = min(best_cpu, (time.process_time() - cpu) / total)
        best_wall = min(best_wall, (time.perf_counter() - begun) / total)
    return best_cpu * 1e6, best_wall * 1e6


async def row(name: str, whole: One, streamed: One, requests: int, streams: int) -> None:
    """Prints one line of the table."""
    alone, _ = await measure(1, requests, whole)
    many, wall = await measure(32, requests, whole)
    chunk_cpu, _ = await measure(16, streams, streamed)
    print(f"{name:<34}{alone:>10.0f}{many:>10.0f}{1e6 / wall:>10.0f}{chunk_cpu / CHUNKS:>12.1f}", flush=True)


async def through_client(name: str, client: HttpClient, url: str, requests: int, streams: int) -> None:
    """The bare client: bytes out, bytes in."""

    async def whole() -> None:
        async with client.post(url, HEADERS, WHOLE) as reply:
            await read_whole(reply, "bench")

    async def streamed() -> None:
        async with client.post(url, HEADERS, STREAMED) as reply:
            while await reply.chunk():
                pass

    await row(f"{name}, bytes only", whole, streamed, requests, streams)


async def through_model(name: str, hosts: Hosts, requests: int, streams: int) -> None:
    """HostModel alone, then with the inner ring around it."""
    model = hosts.models["m"][0]
    assert isinstance(model, HostModel)
    registry = Registry(hosts.models)

    def ask(chat: Chat, opened: bool) -> One:
        async def one() -> None:
            call = Call(exchange_id="ex", tenant="bench", opener=registry, trail=Trail())
            async with closing((call.open("m") if opened else model).reply(chat, call)) as pieces:
                async for _ in pieces:
                    pass

        return one

    await row(f"{name}, HostModel", ask(ASK, False), ask(ASK_STREAMED, False), requests, streams)
    await row(f"{name}, HostModel in the ring", ask(ASK, True), ask(ASK_STREAMED, True), requests, streams)


async def hang_ups(client: HttpClient, url: str, pipe: Connection, total: int = 100) -> int:
    """Cancels so many streams in their middle; how many connections the host still holds a second later."""

    async def one() -> None:
        async with client.post(url, {**HEADERS, "x-hang": "1"}, STREAMED) as reply:
            while await reply.chunk():
                pass

    tasks = [asyncio.create_task(one()) for _ in range(total)]
    await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(1.0)
    pipe.send(True)
    return int(pipe.recv())


def parse_cost(rounds: int = 400) -> float:
    """Microseconds per chunk for the event parser, JSON and Piece alone, a chunk at a time."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        for _ in range(rounds):
            events, reading = EventStream(), OpenAIReading("bench")
            for each in EVENTS:
                for data in events.feed(each):
                    reading.read(data)
        best = min(best, (time.process_time() - begun) / rounds / len(EVENTS))
    return best * 1e6


@asynccontextmanager
async def host_process() -> AsyncIterator[tuple[str, Connection]]:
    """The host in a process of its own: its base URL and the pipe to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1", ours
    finally:
        ours.send(False)
        process.join(5)
        process.terminate()


async def run(requests: int, streams: int) -> None:
    print(f"parse alone (SSE, JSON, Piece): {parse_cost():.1f} µs CPU per chunk\n")
    print(f"{'µs CPU':<34}{'1 conn':>10}{'32 conns':>10}{'req/s':>10}{'per chunk':>12}")
    for name, factory in (("aiohttp", AiohttpClient), ("pyreqwest", PyreqwestClient)):
        async with host_process() as (url, pipe):
            settings = Settings.model_validate(
                {"hosts": {"h": {"dialect": "openai", "base_url": url}}, "models": {"m": {"host": "h"}}}
            )
            hosts = open_hosts(settings, factory)
            client = hosts.hosts["h"].client
            await through_client(name, client, f"{url}/chat/completions", requests, streams)
            await through_model(name, hosts, requests, streams)
            await hosts.close()
            client = factory("h", 5)
            left = await hang_ups(client, f"{url}/chat/completions", pipe)
            print(f"{name}: of 100 streams cancelled in their middle, open a second later: {left}\n")
            await client.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--streams", type=int, default=64)
    given = parser.parse_args()
    uvloop.run(run(given.requests, given.streams))


if __name__ == "__main__":
    main()
