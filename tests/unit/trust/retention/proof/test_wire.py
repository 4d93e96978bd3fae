"""Requests on a bare socket: whole, stopped, hung up."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from shoal.cli.retention_host import BEHAVIOURS, recording_host
from shoal.testing import ScriptedHost, response, sends, stream
from shoal.trust.retention.proof.canaries import Canaries
from shoal.trust.retention.proof.routes import CHAT, chat_body, routes
from shoal.trust.retention.proof.wire import Wire


def asked(canaries: Canaries, **more: Any) -> bytes:
    return json.dumps(chat_body("echo", canaries.of("a"), **more)).encode()


def test_an_answer_comes_back() -> None:
    async def run() -> None:
        async with ScriptedHost(sends(response(b"well"), close=True)) as host:
            answered = await Wire(host.port).send("POST", CHAT, {"connection": "close"}, b"{}")
            assert answered.status == 200
            assert b"well" in answered.body

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_client_that_goes_is_noticed() -> None:
    async def run() -> None:
        until = asyncio.Event()
        async with ScriptedHost(stream("a", until=until)) as host:
            answered = await Wire(host.port).hang_up(CHAT, {}, b'{"stream": true}', after=b"data:")
            assert answered.status == 200
            await host.until(lambda: host.hang_ups == 1)

    asyncio.run(run())


def test_the_host_says_its_own_canary_of_the_route() -> None:
    canaries = Canaries()

    async def run() -> bytes:
        async with recording_host(canaries) as host:
            wire = Wire(host.port)
            return (await wire.hang_up(CHAT, {}, asked(canaries), after=b"usage")).body

    said = asyncio.run(run())
    assert canaries.of("a").said.value.encode() in said
    assert canaries.of("a").mail.value.encode() in said


def test_every_behaviour_is_a_way_to_answer() -> None:
    for name, made in BEHAVIOURS.items():
        assert callable(made("x")), name


def test_no_two_routes_have_one_name(tmp_path: Path) -> None:
    names = [each.name for each in routes()]
    assert len(set(names)) == len(names) > 50
