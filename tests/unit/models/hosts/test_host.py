"""HostModel in both dialects, and hosts from the settings."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from shoal.call import Patience, Price, Trail
from shoal.chat import Message, Passage
from shoal.config import Host, Settings
from shoal.errors import (
    ConfigError,
    DeadlineExceeded,
    HostCut,
    HostError,
    HostFailed,
    HostGarbled,
    HostMisconfigured,
    HostRateLimited,
    HostRejected,
    HostTimeout,
    HostUnreachable,
    RequestError,
    ShoalError,
)
from shoal.models.hosts import aiohttp_client
from shoal.models.hosts.host import HostModel, open_hosts
from shoal.testing import (
    STREAM_HEAD,
    Received,
    ScriptedHost,
    Step,
    Wire,
    answers,
    chunk,
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
    trickles,
)
from tests.contract.calls import DIALECTS, hello, make_call, opened, read, text, told
from tests.waiting import LET_GO_S, SOON_S

both = pytest.mark.parametrize("dialect", DIALECTS)
either = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


@both
@either
def test_answers(dialect: str, streamed: bool) -> None:
    async def test() -> None:
        async with ScriptedHost() as host:
            pieces = await told(host, hello(streamed), dialect)
            assert text(pieces) == "Hello world"
            usage = [piece.usage for piece in pieces if piece.usage]
            assert [(each.prompt_tokens, each.completion_tokens) for each in usage] == [(7, 2)]
            assert len(pieces) == 1 or streamed
            assert host.requests[0].json["model"] == "theirs"
            ends = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
            assert host.requests[0].path == ends[dialect]

    asyncio.run(test())


@both
@either
def test_connections_are_used_again(dialect: str, streamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_client, "GRACE_S", SOON_S)

    async def test() -> None:
        async with ScriptedHost() as host, opened(host.url, dialect) as hosts:
            for _ in range(5):
                await read(hosts.models["m"][0], hello(streamed))
            assert host.connections == 1

    asyncio.run(test())


@both
def test_a_stream_in_single_bytes(dialect: str) -> None:
    async def test() -> None:
        async with ScriptedHost(trickles("né", "😀")) as host:
            assert text(await told(host, hello(True), dialect)) == "né😀"

    asyncio.run(test())


@both
def test_a_host_that_does_not_stream(dialect: str) -> None:
    async def test() -> None:
        whole = orjson.dumps(reply_wire(dialect, "Hello"))
        for kind in ("application/json", "Application/JSON; charset=utf-8"):
            async with ScriptedHost(sends(response(whole, content_type=kind))) as host:
                assert text(await told(host, hello(True), dialect)) == "Hello"

    asyncio.run(test())


FAULTS: dict[str, tuple[Step, type[ShoalError]]] = {
    "resets": (resets(), HostUnreachable),
    "garbage": (garbage(), HostGarbled),
    "no JSON": (sends(response(b"<html>", content_type="text/html")), HostGarbled),
    "JSON of another shape": (sends(response(b'{"a":1}')), HostGarbled),
    "half a body": (sends(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", close=True), HostCut),
    "an error in a good reply": (sends(response(b'{"error":{"type":"rate_limit_error"}}')), HostRateLimited),
    "429": (rate_limited("7"), HostRateLimited),
    "500": (fails(500), HostFailed),
    "an error without JSON": (sends(response(b"<html>", 503, content_type="text/html")), HostFailed),
    "an error without a body": (sends(response(b"", 500)), HostFailed),
    "400": (fails(400), HostRejected),
    "401": (fails(401), HostMisconfigured),
    "redirect": (sends(response(b"", 308, location="http://127.0.0.1:1/")), HostMisconfigured),
    "204": (sends(response(b"", 204)), HostGarbled),
}
STREAM_FAULTS: dict[str, tuple[Step, type[ShoalError]]] = {
    "half a stream": (stream("Hel", cut=True), HostCut),
    "no end": (sends(STREAM_HEAD, chunk(b'data: {"choices":[]}\n\n'), b"0\r\n\r\n"), HostCut),
    "no events": (sends(STREAM_HEAD, chunk(b"<html>"), b"0\r\n\r\n"), HostCut),
    "broken JSON": (sends(STREAM_HEAD, chunk(b"data: {\n\n")), HostGarbled),
    "an error": (events({"type": "error", "error": {"type": "overloaded_error"}}), HostFailed),
}


@both
@either
@pytest.mark.parametrize(("step", "kind"), FAULTS.values(), ids=FAULTS)
def test_faults(step: Step, kind: type[ShoalError], dialect: str, streamed: bool) -> None:
    async def test() -> None:
        async with ScriptedHost(step) as host, opened(host.url, dialect) as hosts:
            model = hosts.models["m"][0]
            with pytest.raises(kind) as caught:
                await read(model, hello(streamed))
            assert isinstance(caught.value, HostError)
            assert text(await read(model, hello(streamed))) == "Hello world"

    asyncio.run(test())


@both
@pytest.mark.parametrize(("step", "kind"), STREAM_FAULTS.values(), ids=STREAM_FAULTS)
def test_stream_faults(step: Step, kind: type[ShoalError], dialect: str) -> None:
    async def test() -> None:
        async with ScriptedHost(step) as host, opened(host.url, dialect) as hosts:
            with pytest.raises(kind):
                await read(hosts.models["m"][0], hello(True))
            assert text(await read(hosts.models["m"][0], hello(True))) == "Hello world"

    asyncio.run(test())


@pytest.mark.parametrize(("dialect", "end"), [("openai", "[DONE]"), ("anthropic", {"type": "message_stop"})])
def test_an_empty_stream_is_garbled(dialect: str, end: Any) -> None:
    async def test() -> None:
        async with ScriptedHost(events(end)) as host:
            with pytest.raises(HostGarbled, match="empty reply"):
                await told(host, hello(True), dialect)

    asyncio.run(test())


def test_an_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.models.hosts.sse.EventStream.__init__.__defaults__", (1000,))

    async def test() -> None:
        async with ScriptedHost(hangs(STREAM_HEAD, chunk(b"data: " + b"a" * 5000))) as host:
            with pytest.raises(HostGarbled, match="an event above"):
                await told(host, hello(True))

    asyncio.run(test())


def test_refused_and_the_detail_of_an_error() -> None:
    async def test() -> None:
        async with opened(refused()) as hosts:
            with pytest.raises(HostUnreachable):
                await read(hosts.models["m"][0], hello())
        wire = {"error": {"message": "too long", "param": "messages"}}
        async with ScriptedHost(fails(422, wire)) as host:
            with pytest.raises(HostRejected) as caught:
                await told(host, hello())
            error = caught.value
            assert (error.status, error.param, error.detail) == (422, "messages", "too long")

    asyncio.run(test())


def test_nothing_is_sent_for_a_request_that_cannot_be_said() -> None:
    async def test() -> None:
        async with ScriptedHost() as host:
            with pytest.raises(RequestError):
                await told(host, hello(options={"n": 2}), "anthropic")
            assert host.requests == []

    asyncio.run(test())


@both
@either
def test_citations_are_on_the_piece_that_ends_the_answer(dialect: str, streamed: bool) -> None:
    passages = (Passage("p1", "c", "dogs.md", "Dogs", "Dogs bark."), Passage("p2", "c", "s", "t", "Cats purr."))

    async def test() -> None:
        async with ScriptedHost(answers("They ba", "rk [", "1].")) as host:
            pieces = await told(host, hello(streamed, passages=passages), dialect)
            (cited,) = [piece for piece in pieces if piece.citations]
            assert cited.choices[0].finish_reason == "stop"
            assert [(each.number, each.quote) for each in cited.citations] == [(1, "Dogs bark.")]
            assert b"[2] t" in host.requests[0].body

    asyncio.run(test())


@both
def test_the_ring_waits_retries_and_meters(dialect: str) -> None:
    async def test() -> None:
        steps = (rate_limited("0"), fails(503))
        async with ScriptedHost(*steps) as host, opened(host.url, dialect) as hosts:
            trail = Trail()
            call = make_call(hosts.models, trail)
            assert text(await read(call.open("m"), hello(True), call)) == "Hello world"
            assert [attempt.outcome for attempt in trail.attempts] == ["host_rate_limited", "host_failed", "ok"]
            assert trail.attempts[2].usage.prompt_tokens == 7

    asyncio.run(test())


async def drips(received: Received, wire: Wire) -> None:
    """A byte at a time, and never an event."""
    wire.send(STREAM_HEAD)
    while True:
        wire.send(chunk(b":"))
        await asyncio.sleep(0.001)


SILENT = [
    (drips, {"first_s": 0.02}, HostTimeout),
    (hangs(), {"first_s": 0.01}, HostTimeout),
    (hangs(STREAM_HEAD), {"first_s": 0.01}, HostTimeout),
    (stream("x", until=asyncio.Event()), {"idle_s": 0.01}, HostCut),
]


@pytest.mark.parametrize(
    ("step", "limits", "kind"), SILENT, ids=["drips", "before the head", "before the first event", "in the middle"]
)
def test_silence_ends_in_a_typed_error_and_a_closed_connection(
    step: Step, limits: dict[str, float], kind: type[ShoalError]
) -> None:
    async def test() -> None:
        async with ScriptedHost(step) as host, opened(host.url, host={"retries": 0, **limits}) as hosts:
            call = make_call(hosts.models)
            with pytest.raises(kind):
                await read(call.open("m"), hello(True), call)
            await host.until(lambda: host.connections == 0, LET_GO_S)

    asyncio.run(test())


def test_the_deadline_reaches_the_host() -> None:
    async def test() -> None:
        async with ScriptedHost(hangs()) as host, opened(host.url) as hosts:
            call = make_call(hosts.models, deadline=asyncio.get_running_loop().time() + 0.02)
            with pytest.raises(DeadlineExceeded):
                await read(call.open("m"), hello(True), call)
            await host.until(lambda: host.connections == 0, LET_GO_S)

    asyncio.run(test())


def test_a_thousand_hang_ups_leave_nothing() -> None:
    async def test() -> None:
        never = asyncio.Event()
        async with ScriptedHost(otherwise=stream("Hel", "lo", until=never)) as host, opened(host.url) as hosts:
            trail = Trail()

            async def hang_up() -> None:
                call = make_call(hosts.models, trail)
                async for _ in call.open("m").reply(hello(True), call):
                    await never.wait()

            before = len(asyncio.all_tasks())
            for _ in range(10):
                host.requests.clear()
                tasks = [asyncio.create_task(hang_up()) for _ in range(100)]
                await host.until(lambda: len(host.requests) == 100)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await host.until(lambda: host.connections == 0, LET_GO_S)
            del tasks
            assert host.hang_ups == 1000
            assert [attempt.outcome for attempt in trail.attempts] == ["cancelled"] * 1000
            host.script = [answers()]
            assert text(await read(hosts.models["m"][0], hello())) == "Hello world"
            assert len(asyncio.all_tasks()) == before

    asyncio.run(test())


def settings(host: dict[str, Any], **model: Any) -> Settings:
    return Settings.model_validate({"hosts": {"h": host}, "models": {"m": {"host": "h", **model}}})


def sent_to(host: dict[str, Any], upstream: str = "theirs") -> tuple[str, dict[str, str]]:
    """The address and headers of a model on such a host."""
    model = open_hosts(settings(host, upstream=upstream)).models["m"][0]
    assert isinstance(model, HostModel)
    return model._url, model._headers


ADDRESSES = [
    ({"row": "ollama"}, "http://127.0.0.1:11434/v1/chat/completions"),
    ({"row": "vllm", "base_url": "http://gpu:9/v1/"}, "http://gpu:9/v1/chat/completions"),
    ({"row": "anthropic", "key": "env:K"}, "https://api.anthropic.com/v1/messages"),
    ({"dialect": "anthropic", "base_url": "http://x"}, "http://x/v1/messages"),
    ({"dialect": "openai", "base_url": "http://x/v1?a=b"}, "http://x/v1/chat/completions?a=b"),
    (
        {"row": "azure", "key": "env:K", "base_url": "https://r.openai.azure.com/openai/v1/"},
        "https://r.openai.azure.com/openai/v1/chat/completions",
    ),
    (
        {"row": "azure", "key": "env:K", "base_url": "https://r.openai.azure.com"},
        "https://r.openai.azure.com/openai/deployments/a%2Fb/chat/completions?api-version=2024-10-21",
    ),
    (
        {"row": "azure", "key": "env:K", "base_url": "https://r.openai.azure.com/openai?api-version=2025-01-01"},
        "https://r.openai.azure.com/openai/deployments/a%2Fb/chat/completions?api-version=2025-01-01",
    ),
    (
        {"row": "azure", "key": "env:K", "base_url": "https://r.openai.azure.com/openai/deployments/mine"},
        "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
    ),
]


@pytest.mark.parametrize(("host", "address"), ADDRESSES)
def test_addresses(host: dict[str, Any], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", "secret")
    assert sent_to(host, "a/b")[0] == address


def test_keys_and_headers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("K", " secret\n")
    (tmp_path / "key").write_text("other\n")
    base = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "shoal"}
    assert sent_to({"row": "ollama"})[1] == base
    assert sent_to({"row": "openai", "key": "env:K"})[1] == {**base, "authorization": "Bearer secret"}
    assert sent_to({"row": "openai", "key": f"file:{tmp_path / 'key'}"})[1]["authorization"] == "Bearer other"
    azure = sent_to({"row": "azure", "key": "env:K", "base_url": "https://x.example/openai/v1"})[1]
    assert azure == {**base, "api-key": "secret"}
    theirs = {**base, "x-api-key": "secret", "anthropic-version": "2023-06-01"}
    assert sent_to({"row": "anthropic", "key": "env:K"})[1] == theirs
    assert sent_to({"dialect": "anthropic", "base_url": "http://x", "key": "env:K"})[1] == theirs
    own = sent_to({"row": "openai", "headers": {"Authorization": "Token t", "X-Org": "o"}})[1]
    assert own == {**base, "authorization": "Token t", "x-org": "o"}


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ({"row": "olama"}, "did you mean 'ollama'"),
        ({"row": "azure", "key": "env:K"}, "set base_url"),
        ({"row": "openai"}, 'hosts.h.key = "env:NAME"'),
        ({"row": "openai", "key": "env:MISSING"}, "set the environment variable MISSING"),
        ({"row": "openai", "key": "env:BAD"}, "characters that HTTP does not allow"),
        ({"row": "ollama", "headers": {"a b": "c"}}, "characters that HTTP does not allow"),
        ({"row": "ollama", "base_url": "http://me:word@x", "key": "env:K"}, "take one of them out"),
    ],
)
def test_what_is_wrong_is_said_at_start(host: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", "secret")
    monkeypatch.setenv("BAD", "sec\nret")
    with pytest.raises(ConfigError) as caught:
        open_hosts(settings(host))
    assert words in str(caught.value)
    assert "sec" not in str(caught.value).replace("second", "")


def test_the_card_and_the_limits() -> None:
    host = {"row": "ollama", "region": "eu", "retention": "none", "trains_on_data": False, "first_s": 3, "retries": 1}
    price = {"input": 1, "cached": 0.5, "output": 2}
    hosts = open_hosts(
        settings(host, params_b=8, context=4096, price=price, licence="MIT", tags=["small"], task="code")
    )
    model, patience = hosts.models["m"]
    card = model.card
    assert patience == Patience(3, 60, 1)
    assert (card.name, card.kind, card.host, card.task) == ("m", "host", "h", "code")
    assert (card.region, card.retention, card.trains_on_data) == ("eu", "none", False)
    assert (card.params_b, card.context, card.price, card.licence) == (8, 4096, Price(1, 0.5, 2), "MIT")
    assert card.tags == ("small",)


def test_the_upstream_name_is_the_models_own_unless_given() -> None:
    async def test() -> None:
        async with ScriptedHost() as host:
            made = open_hosts(settings({"dialect": "openai", "base_url": host.url}))
            await read(made.models["m"][0], hello())
            assert host.requests[0].json["model"] == "m"
            await made.close()

    asyncio.run(test())


def test_the_settings_already_refuse_half_a_host() -> None:
    with pytest.raises(ValidationError):
        Host()


def test_system_messages_reach_both_dialects() -> None:
    async def test() -> None:
        chat = hello()
        chat = type(chat)("m", (Message.of("system", "Be brief."), *chat.messages))
        async with ScriptedHost() as host:
            await told(host, chat)
            await told(host, chat, "anthropic")
            assert host.requests[0].json["messages"][0]["role"] == "system"
            assert host.requests[1].json["system"][0]["text"] == "Be brief."

    asyncio.run(test())
