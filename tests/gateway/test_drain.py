"""Shutting down: running streams finish, new requests get 503, and a deadline ends what takes too long."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running

ASK = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}], "stream": True}


@contextmanager
def stream(house: Running) -> Iterator[Iterator[str]]:
    """The lines of a stream that has begun."""
    with (
        web.Client() as client,
        client.stream(
            "POST", f"{house.url}/v1/chat/completions", json=ASK, headers={"x-api-key": house.member}
        ) as answer,
    ):
        lines = (line for line in answer.iter_lines() if line)
        assert '"first"' in next(lines)
        yield lines


def test_what_runs_finishes_and_what_is_new_is_refused(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    with running(tmp_path, ScriptedModel(["first", go_on, "last"])) as house, stream(house) as lines:
        assert web.get(f"{house.url}/readyz").status_code == 200
        house.server.handle_exit(signal.SIGTERM, None)
        refused = web.post(f"{house.url}/v1/chat/completions", json=ASK, headers={"x-api-key": house.member})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "shutting_down"
        assert refused.headers["retry-after"] == "1"
        assert web.get(f"{house.url}/readyz").status_code == 503
        assert web.get(f"{house.url}/healthz").status_code == 200
        house.loop.call_soon_threadsafe(go_on.set)
        rest = list(lines)
        assert '"last"' in rest[0]
        assert rest[-1] == "data: [DONE]"


def test_the_deadline_ends_a_stream_with_a_typed_error(tmp_path: Path) -> None:
    model = ScriptedModel(["first", asyncio.Event()])
    with running(tmp_path, model, drain_s=0.05) as house, stream(house) as lines:
        house.server.handle_exit(signal.SIGTERM, None)
        last = orjson.loads(list(lines)[-1].removeprefix("data: "))
        assert last["error"]["code"] == "shutting_down"
        assert house.idle()
        assert (model.running, model.cancelled) == (0, 1)


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with running(tmp_path, ScriptedModel()) as house:
        house.server.handle_exit(signal.SIGTERM, None)
        house.server.handle_exit(signal.SIGINT, None)
        assert house.server.should_exit
        assert house.server.force_exit
