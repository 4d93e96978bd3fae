"""A worker that neither works nor dies: its supervisor notices, and starts another one. Plain processes, no gateway."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.gateway.workers import STILL_S, STOPPED_S, Supervisor
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system cannot fork")
WITHIN_S = 60.0
SCRIPT = """
import asyncio, socket, sys
from pathlib import Path
import structlog
from shoal.gateway import workers

workers.BEAT_S, workers.STILL_S = 0.1, 3.0
structlog.configure(processors=[structlog.processors.JSONRenderer()])

def work(place):
    async def run():
        end = asyncio.Event()
        asyncio.get_running_loop().add_reader(place.lifeline, end.set)
        workers.beat(place.alive)
        await end.wait()
    asyncio.run(run())
    return 0

listening = socket.create_server(("127.0.0.1", 0))
sys.exit(workers.Supervisor(2, work, listening, Path(".")).run(lambda: None))
"""


def said(log: Path, event: str) -> list[dict[str, int]]:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
    return [line for line in lines if line["event"] == event]


def test_a_worker_that_stands_still_is_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as out, subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=out) as process:
        until(lambda: len(said(log, "worker_answers")) >= 2, WITHIN_S)
        still = said(log, "worker_answers")[-1]["pid"]
        os.kill(still, signal.SIGSTOP)
        until(lambda: still in [each["pid"] for each in said(log, "worker_stands_still")], WITHIN_S)
        until(lambda: said(log, "worker_answers")[-1]["pid"] != still, WITHIN_S)
        process.terminate()
        assert process.wait(WITHIN_S) == 0
    assert -signal.SIGKILL in [each["code"] for each in said(log, "worker_ended")]


@pytest.fixture
def asleep() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_who_was_stopped_itself_kills_nobody(tmp_path: Path, asleep: subprocess.Popen[bytes]) -> None:
    with socket.socket() as listening:
        supervisor = Supervisor(1, lambda _: 0, listening, tmp_path)
        (worker,) = supervisor._workers
        worker.pid, worker.answers, worker.heard = asleep.pid, True, time.monotonic() - STILL_S - STOPPED_S
        supervisor._end_still(stopped=True)
        supervisor._end_still(stopped=False)
        assert asleep.poll() is None
        worker.heard = time.monotonic() - STILL_S - STOPPED_S
        supervisor._end_still(stopped=False)
        assert asleep.wait(WITHIN_S) == -signal.SIGKILL
        os.close(supervisor._alive)
        os.close(supervisor._lifeline)
