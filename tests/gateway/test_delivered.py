"""An answer counts as delivered once the operating system has all of it, and not before."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from shoal.errors import HostCut
from shoal.testing import ScriptedModel
from tests.gateway.house import Running, running
from tests.waiting import SOON_S, until

HUGE = "word " * 3_000_000


def ask(house: Running, *, stream: bool, model: str = "scripted", close: bool = False) -> socket.socket:
    """Sends a request and returns the connection."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": stream}).encode()
    head = [
        "POST /v1/chat/completions HTTP/1.1",
        "host: localhost",
        f"authorization: Bearer {house.member}",
        f"content-length: {len(body)}",
        *(["connection: close"] if close else []),
    ]
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(SOON_S)
    line.connect(("127.0.0.1", house.port))
    line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return line


def exchange_of(line: socket.socket) -> str:
    """Reads the head of the answer, and nothing else as far as that goes."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += line.recv(1024)
    (found,) = [each for each in seen.split(b"\r\n") if each.startswith(b"x-shoal-exchange: ")]
    return found.partition(b": ")[2].decode()


def taken(line: socket.socket, house: Running, name: str) -> bool:
    """Takes what there is at the moment, and says whether that was all."""
    line.setblocking(False)
    with suppress(BlockingIOError):
        while line.recv(1 << 20):
            pass
    return confirmed(house, name)


def confirmed(house: Running, name: str) -> bool:
    """A stream's headers come before it is settled: until then there is no record."""
    return house.ledger.get(name) is not None and delivered(house, name) is True


def delivered(house: Running, name: str) -> bool | None:
    record = house.ledger.get(name)
    assert record is not None
    return record.delivered


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_read(tmp_path: Path, stream: bool, close: bool) -> None:
    with running(tmp_path, ScriptedModel()) as house, ask(house, stream=stream, close=close) as line:
        name = exchange_of(line)
        until(lambda: confirmed(house, name))


def test_an_error_is_an_answer_too(tmp_path: Path) -> None:
    model = ScriptedModel(["Hel", HostCut("cut", host="h")])
    with running(tmp_path, model) as house:
        with ask(house, stream=True) as line:
            name = exchange_of(line)
            until(lambda: confirmed(house, name))
        assert house.ledger.get(name).outcome == "host_cut"  # type: ignore[union-attr]


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_client_does_not_take_is_not_delivered(tmp_path: Path, stream: bool) -> None:
    with running(tmp_path, ScriptedModel([HUGE])) as house, ask(house, stream=stream) as line:
        name = exchange_of(line)
        until(lambda: house.ledger.get(name) is not None)
        assert delivered(house, name) is None
        until(lambda: taken(line, house, name))


def test_a_client_that_hangs_up_has_nothing(tmp_path: Path) -> None:
    go = asyncio.Event()
    with running(tmp_path, ScriptedModel(["Hel", go, "lo"])) as house:
        line = ask(house, stream=True)
        name = exchange_of(line)
        line.close()
        assert house.idle()
        record = house.ledger.get(name)
        assert record is not None
        assert (record.outcome, record.delivered) == ("cancelled", None)


def test_who_resets_the_connection_before_the_end_has_nothing(tmp_path: Path) -> None:
    with running(tmp_path, ScriptedModel([HUGE])) as house:
        line = ask(house, stream=False)
        name = exchange_of(line)
        until(lambda: house.ledger.get(name) is not None)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
        assert house.idle()
        until(lambda: not house.server.server_state.connections)
        assert delivered(house, name) is None
