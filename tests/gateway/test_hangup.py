"""Clients that hang up: the model's call is cancelled, and nothing is left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from shoal.testing import ScriptedModel
from tests.gateway.house import Running, running
from tests.waiting import SOON_S, until


def request(house: Running, stream: bool) -> bytes:
    ask = {"model": "scripted", "messages": [{"role": "user", "content": "x"}], "stream": stream}
    body = orjson.dumps(ask)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: {house.member}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def hang_up(house: Running, model: ScriptedModel, count: int, stream: bool) -> None:
    """`count` clients ask, 100 at a time, and go as soon as the model works for all of them."""
    for _ in range(0, count, 100):
        before = len(model.calls)
        writers = []
        for _ in range(100):
            _, writer = await asyncio.open_connection("127.0.0.1", house.port)
            writer.write(request(house, stream))
            writers.append(writer)
        async with asyncio.timeout(SOON_S):
            while len(model.calls) < before + 100:
                await asyncio.sleep(0.001)
        for writer in writers:
            writer.transport.abort()
        # Nothing else ends the calls so soon: the model is waited for twice as long.
        async with asyncio.timeout(SOON_S):
            while model.running:
                await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("stream", "script"), [(False, [asyncio.Event]), (True, [asyncio.Event]), (True, ["x", asyncio.Event])]
)
def test_a_hang_up_cancels(tmp_path: Path, stream: bool, script: list[object]) -> None:
    model = ScriptedModel([step() if isinstance(step, type) else step for step in script])  # type: ignore[misc]
    with running(tmp_path, model) as house:
        asyncio.run(hang_up(house, model, 1, stream))
        assert model.cancelled == 100
        outcomes = {house.ledger.get(call.exchange_id).outcome for call in model.calls}  # type: ignore[union-attr]
        assert outcomes == {"cancelled"}


def test_a_thousand_hang_ups_leave_nothing(tmp_path: Path) -> None:
    model = ScriptedModel(["x", asyncio.Event()])
    with running(tmp_path, model) as house:
        tasks = house.tasks()
        asyncio.run(hang_up(house, model, 1000, True))
        assert model.cancelled == 1000
        until(lambda: house.tasks() <= tasks)
        assert house.tasks() == tasks
        assert house.idle()
