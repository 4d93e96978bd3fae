"""The public fakes do what they say, over plain sockets."""

import asyncio
from typing import Any

import orjson
import pytest

from shoal.chat import Piece, Usage
from shoal.errors import HostFailed
from shoal.testing import (
    ScriptedHost,
    ScriptedModel,
    answers,
    chunk,
    event,
    events,
    fails,
    garbage,
    hangs,
    rate_limited,
    refused,
    reply_wire,
    resets,
    response,
    sends,
    stream,
    stream_wires,
    trickles,
)
from tests.contract.calls import DIALECTS, hello, make_call, read, text

PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


async def post(host: ScriptedHost, body: Any = None, path: str = PATHS["openai"]) -> bytes:
    """Everything that the host sends on a connection of its own, until it ends or a response is whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
    data = orjson.dumps(body or {})
    writer.write(b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (path.encode(), len(data), data))
    got = b""
    try:
        while part := await reader.read(65_536):
            got += part
            head, _, rest = got.partition(b"\r\n\r\n")
            if got.endswith(b"0\r\n\r\n") or b"content-length: %d\r\n" % len(rest) in head + b"\r\n":
                break
    except ConnectionResetError:
        got += b"RESET"
    finally:
        writer.close()
    return got


async def once(step: Any, body: Any = None, path: str = PATHS["openai"]) -> bytes:
    async with ScriptedHost(step) as host:
        return await post(host, body, path)


def run(step: Any, body: Any = None, path: str = PATHS["openai"]) -> bytes:
    return asyncio.run(once(step, body, path))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_answers_as_asked(dialect: str) -> None:
    got = run(answers("Hel", "lo"), {}, PATHS[dialect])
    assert orjson.loads(got.partition(b"\r\n\r\n")[2]) == reply_wire(dialect, "Hello")
    got = run(answers("Hel", "lo"), {"stream": True}, PATHS[dialect])
    expected = b"".join(chunk(event(each)) for each in stream_wires(dialect, ("Hel", "lo")))
    assert got.partition(b"\r\n\r\n")[2] == expected + b"0\r\n\r\n"
    assert run(trickles("Hel", "lo"), {"stream": True}, PATHS[dialect]) == got


def test_steps_at_byte_level() -> None:
    assert run(sends(b"any", b"thing", close=True)) == b"anything"
    assert run(garbage()).startswith(b"\x00\x01")
    assert run(resets()) in (b"RESET", b"")
    assert b"HTTP/1.1 503 Scripted\r\n" in run(fails(503))
    assert b"retry-after: 7\r\n" in run(rate_limited("7"))
    assert run(events("[DONE]")).endswith(chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    cut = run(stream("Hel", cut=True))
    assert b"Hel" in cut
    assert not cut.endswith(b"0\r\n\r\n")


def test_events_are_named_as_anthropic_names_them() -> None:
    assert event({"type": "ping"}) == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert event({"a": 1}) == b'data: {"a":1}\n\n'
    assert response(b"x", 404, x_more="y").startswith(b"HTTP/1.1 404 ")


def test_a_stream_can_be_held_back() -> None:
    async def test() -> None:
        gate = asyncio.Event()
        async with ScriptedHost(stream("Hel", until=gate)) as host:
            task = asyncio.create_task(post(host))
            await host.until(lambda: len(host.requests) == 1)
            gate.set()
            assert (await task).endswith(b"0\r\n\r\n")

    asyncio.run(test())


def test_requests_and_connections_are_counted() -> None:
    async def test() -> None:
        async with ScriptedHost() as host:
            await asyncio.gather(*(post(host, {"model": "m"}) for _ in range(3)))
            assert [request.json for request in host.requests] == [{"model": "m"}] * 3
            assert host.requests[0].method == "POST"
            assert host.requests[0].path == PATHS["openai"]
            await host.until(lambda: host.connections == 0)
            assert host.hang_ups == 0

    asyncio.run(test())


def test_hang_ups_are_counted() -> None:
    async def test() -> None:
        async with ScriptedHost(hangs()) as host:
            task = asyncio.create_task(post(host))
            await host.until(lambda: len(host.requests) == 1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await host.until(lambda: host.connections == 0)
            assert host.hang_ups == 1

    asyncio.run(test())


def test_a_request_may_come_in_pieces_and_two_in_a_row() -> None:
    async def test() -> None:
        async with ScriptedHost(otherwise=sends(response(b"{}"))) as host:
            reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
            for part in (b"POST /a HTTP/1.1\r\ncontent-le", b"ngth: 4\r\n\r\nab", b"cdPOST /b HTTP/1.1\r\n\r\n"):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            await reader.readexactly(2 * len(response(b"{}")))
            assert [(request.path, request.body) for request in host.requests] == [("/a", b"abcd"), ("/b", b"")]
            writer.close()

    asyncio.run(test())


def test_until_has_a_limit() -> None:
    async def test() -> None:
        async with ScriptedHost() as host:
            with pytest.raises(TimeoutError):
                await host.until(lambda: False, 0.001)

    asyncio.run(test())


def test_nobody_listens() -> None:
    async def test() -> None:
        port = int(refused().rsplit(":", 1)[1].partition("/")[0])
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(test())


def test_a_model_plays_its_scripts() -> None:
    async def test() -> None:
        own = Piece.of("own", "length", usage=Usage(1, 1))
        model = ScriptedModel(["a", "b"], [own], [HostFailed("f", host="h")], usage=Usage(3, 4))
        first = await read(model, hello(stream=True))
        assert [piece.text for piece in first] == ["a", "b", ""]
        assert first[2].usage == Usage(3, 4)
        assert await read(model, hello(stream=True)) == [own]
        for _ in range(2):
            with pytest.raises(HostFailed):
                await read(model, hello(stream=True))
        assert (len(model.chats), len(model.calls), model.running, model.cancelled) == (4, 4, 0, 0)

    asyncio.run(test())


def test_a_model_that_is_not_streamed_says_all_at_once() -> None:
    async def test() -> None:
        (piece,) = await read(ScriptedModel(["a", "b"], name="x", kind="host", region="eu"), hello())
        assert piece.text == "ab"
        assert piece.choices[0].finish_reason == "stop"

    asyncio.run(test())


def test_a_model_waits_and_can_be_left() -> None:
    async def test() -> None:
        gate = asyncio.Event()
        model = ScriptedModel(["a", gate, "b"])
        task = asyncio.create_task(read(model, hello(stream=True), make_call()))
        while not model.running:
            await asyncio.sleep(0)
        gate.set()
        assert text(await task) == "ab"
        gate.clear()
        task = asyncio.create_task(read(model, hello(stream=True), make_call()))
        while not model.running:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (model.running, model.cancelled) == (0, 1)

    asyncio.run(test())
