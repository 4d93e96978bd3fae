"""The HTTP seam against hosts that break every rule."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shoal.errors import HostCut, HostError, HostGarbled, HostUnreachable
from shoal.models.hosts import aiohttp_client, http
from shoal.models.hosts.aiohttp_client import AiohttpClient
from shoal.models.hosts.http import read_whole
from shoal.testing import (
    STREAM_HEAD,
    ScriptedHost,
    Step,
    chunk,
    garbage,
    hangs,
    refused,
    resets,
    response,
    sends,
    stream,
    trickles,
)
from tests.waiting import LET_GO_S, SOON_S

HEADERS = {"content-type": "application/json"}
BODY = b'{"stream":true}'
OK = sends(response(b"{}"))


def run(test: Callable[[AiohttpClient], Awaitable[None]]) -> None:
    async def within() -> None:
        client = AiohttpClient("h", SOON_S)
        try:
            await test(client)
        finally:
            await client.close()

    asyncio.run(within())


async def post(client: AiohttpClient, url: str) -> bytes:
    async with client.post(f"{url}/chat/completions", HEADERS, BODY) as reply:
        return await read_whole(reply, "h")


def test_sends_what_it_is_given_and_keeps_the_connection() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(OK, OK) as host:
            assert await post(client, host.url) == b"{}"
            assert await post(client, host.url) == b"{}"
            assert host.connections == 1
            request = host.requests[0]
            assert (request.method, request.path, request.body) == ("POST", "/v1/chat/completions", BODY)
            assert set(request.headers) == {"host", "content-type", "content-length"}

    run(test)


def test_answers_before_the_answer_are_passed_over() -> None:
    async def test(client: AiohttpClient) -> None:
        early = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        async with ScriptedHost(sends(early, response(b"{}")), OK) as host:
            assert await post(client, host.url) == b"{}"
            assert await post(client, host.url) == b"{}"
            assert host.connections == 1

    run(test)


def test_each_set_of_headers_goes_with_its_own_requests() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(OK, OK, OK) as host:
            for headers in ({"x-a": "1"}, {"x-b": "2", "Content-Length": "7"}, {"x-a": "1"}):
                async with client.post(host.url, headers, BODY) as reply:
                    assert await read_whole(reply, "h") == b"{}"
            found = [each.headers.get("x-a") or each.headers.get("x-b") for each in host.requests]
            assert found == ["1", "2", "1"]
            assert [(each.headers["content-length"], each.body) for each in host.requests] == [("15", BODY)] * 3

    run(test)


def test_a_name_in_the_address_is_basic_authorization() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(OK) as host:
            await post(client, host.url.replace("//", "//jane:secret@"))
            assert host.requests[0].headers["authorization"] == "Basic amFuZTpzZWNyZXQ="

    run(test)


def test_a_body_larger_than_all_buffers_comes_whole() -> None:
    large = b"x" * 5_000_000

    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(OK) as host:
            async with client.post(host.url, HEADERS, large) as reply:
                assert await read_whole(reply, "h") == b"{}"
            assert host.requests[0].body == large

    run(test)


def test_status_and_headers() -> None:
    async def test(client: AiohttpClient) -> None:
        async with (
            ScriptedHost(sends(response(b"{}", 429, retry_after="7"))) as host,
            client.post(host.url, HEADERS, BODY) as reply,
        ):
            assert reply.status == 429
            assert reply.header("Retry-After") == "7"
            assert reply.header("X-Other") == ""

    run(test)


FAULTS = {
    "resets": (resets(), HostUnreachable),
    "closes": (sends(close=True), HostUnreachable),
    "half a head": (sends(b"HTTP/1.1 200 OK\r\ncontent-", close=True), HostUnreachable),
    "garbage": (garbage(), HostGarbled),
    "an endless head": (sends(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000, close=True), HostGarbled),
    "half a body": (sends(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", close=True), HostCut),
    "half a stream": (stream("Hel", cut=True), HostCut),
    "a bad chunk": (sends(STREAM_HEAD, b"zz\r\n{}\r\n"), HostGarbled),
}


@pytest.mark.parametrize(("step", "kind"), FAULTS.values(), ids=FAULTS)
def test_faults_are_typed_and_the_pool_recovers(step: Step, kind: type[HostError]) -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(OK, step, OK) as host:
            await post(client, host.url)
            with pytest.raises(kind) as caught:
                await post(client, host.url)
            assert "127.0.0.1" not in str(caught.value)
            assert await post(client, host.url) == b"{}"
            await host.until(lambda: host.connections == 1)

    run(test)


@pytest.mark.parametrize("url", [refused(), "http://no-such-name.invalid/v1", "ftp://127.0.0.1/v1"])
def test_no_connection(url: str) -> None:
    async def test(client: AiohttpClient) -> None:
        with pytest.raises(HostUnreachable, match=r"hosts\.h\.base_url"):
            await post(client, url)

    run(test)


def test_connecting_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    async def test(_: AiohttpClient) -> None:
        client = AiohttpClient("h", 0.01)
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
        with pytest.raises(HostUnreachable, match=r"within 0\.01 s.*hosts\.h\.connect_s"):
            await post(client, "http://127.0.0.1:9/v1")
        await client.close()

    run(test)


def test_redirects_are_not_followed() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost() as other:
            step = sends(response(b"", 307, location=other.url))
            async with ScriptedHost(step) as host, client.post(host.url, HEADERS, BODY) as reply:
                assert reply.status == 307
            assert other.requests == []

    run(test)


def test_proxies_from_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost() as proxy, ScriptedHost(OK) as host:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            assert await post(client, host.url) == b"{}"
            assert proxy.requests == []

    run(test)


def test_cookies_are_not_kept() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(sends(response(b"{}", set_cookie="a=b")), OK) as host:
            await post(client, host.url)
            await post(client, host.url)
            assert "cookie" not in host.requests[1].headers

    run(test)


def test_cancelling_closes_the_connection() -> None:
    async def test(client: AiohttpClient) -> None:
        for step in (hangs(), hangs(STREAM_HEAD), hangs(STREAM_HEAD, chunk(b"data: x\n\n"))):
            async with ScriptedHost(step) as host:
                task = asyncio.create_task(post(client, host.url))
                await host.until(lambda host=host: len(host.requests) == 1)  # type: ignore[misc]
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await host.until(lambda host=host: host.connections == 0, LET_GO_S)  # type: ignore[misc]
                assert host.hang_ups == 1

    run(test)


def test_leaving_early_closes_the_connection() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(hangs(STREAM_HEAD, chunk(b"x"))) as host:
            async with client.post(host.url, HEADERS, BODY) as reply:
                assert await reply.chunk() == b"x"
            await host.until(lambda: host.connections == 0, LET_GO_S)

    run(test)


def test_finish_keeps_the_connection_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_client, "GRACE_S", SOON_S)

    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(stream("x"), stream("x")) as host:
            for _ in range(2):
                async with client.post(host.url, HEADERS, BODY) as reply:
                    while b"[DONE]" not in await reply.chunk():
                        pass
                    await reply.finish()
            assert host.connections == 1

    run(test)


def test_finish_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_client, "GRACE_S", 0.001)

    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(hangs(STREAM_HEAD, chunk(b"x"))) as host:
            async with client.post(host.url, HEADERS, BODY) as reply:
                await reply.chunk()
                await reply.finish()
            await host.until(lambda: host.connections == 0, LET_GO_S)

    run(test)


def test_a_body_byte_by_byte() -> None:
    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(trickles("Hello")) as host:
            assert (await post(client, host.url)).endswith(b"data: [DONE]\n\n")

    run(test)


def test_an_endless_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_REPLY", 1 << 20)

    async def test(client: AiohttpClient) -> None:
        async with ScriptedHost(hangs(STREAM_HEAD, chunk(b"x" * (1 << 21)))) as host:
            with pytest.raises(HostGarbled, match="more than 1 MB"):
                await post(client, host.url)
            await host.until(lambda: host.connections == 0, LET_GO_S)

    run(test)


def test_close_without_use_and_twice() -> None:
    async def test(client: AiohttpClient) -> None:
        await client.close()
        await client.close()

    run(test)
