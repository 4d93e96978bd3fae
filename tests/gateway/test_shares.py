"""What one of several workers gets of the settings, and the page on which all their metrics stand."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from socket import socket

import pytest

from shoal.config import Settings
from shoal.gateway import metrics_workers
from shoal.gateway.metrics import Metrics
from shoal.gateway.metrics_workers import WorkersMetrics, exposition, families
from shoal.gateway.share import share_of
from shoal.gateway.workers import STEADY_S, Supervisor
from shoal.identity.wrong_keys import WrongKeys
from tests.waiting import SOON_S


def test_a_worker_gets_its_share_of_the_places_and_no_counters() -> None:
    models = {"big": {"host": "h", "concurrency": 7, "queue": 4}, "free": {"host": "h"}}
    settings = Settings(
        server={"workers": 3}, hosts={"h": {"row": "ollama"}}, models=models, metering={"counters": ["rapl"]}
    )
    shares = [share_of(settings, number) for number in range(3)]
    assert [(each.models["big"].concurrency, each.models["big"].queue) for each in shares] == [(3, 2), (2, 1), (2, 1)]
    assert {(each.models["free"].concurrency, each.models["free"].queue) for each in shares} == {(None, None)}
    assert {(each.server.workers, each.metering.counters) for each in shares} == {(1, ())}
    assert settings.models["big"].concurrency == 7


def test_wrong_keys_are_slowed_down_as_soon_by_all_workers_together() -> None:
    alone, one_of_five = WrongKeys(lambda: 0.0), WrongKeys(lambda: 0.0, per_s=2)
    assert [alone.add("a") for _ in range(11)][-2:] == pytest.approx([0.0, 0.1])
    assert [one_of_five.add("a") for _ in range(3)][-2:] == pytest.approx([0.0, 0.5])


def test_who_dies_again_and_again_is_started_after_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket() as listening:
        supervisor = Supervisor(1, lambda place: 0, listening, tmp_path)
        now = 1000.0
        monkeypatch.setattr("shoal.gateway.workers.time.monotonic", lambda: now)
        (worker,) = supervisor._workers
        pauses = []
        for lived in (0.0, *[1.0] * 10, STEADY_S + 1):
            worker.begun = now - lived
            supervisor._postpone(worker, -9)
            pauses.append(worker.due - now)
        os.close(supervisor._lifeline)
        os.close(supervisor._alive)
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0, 0.1])


def counted(many: int) -> Metrics:
    metrics = Metrics()
    metrics._exchanges.add(("m", "ok"), many)
    metrics._latency.add("m", 0.02)
    metrics.in_flight.set_function(lambda: many)
    return metrics


def test_the_page_has_each_sample_once_for_each_worker_and_each_type_once() -> None:
    pages = [families(counted(3).registry), None, families(counted(4).registry)]
    lines = exposition(pages).decode().splitlines()
    assert [line for line in lines if line.startswith("shoal_worker_up{")] == [
        'shoal_worker_up{worker="0"} 1.0',
        'shoal_worker_up{worker="1"} 0.0',
        'shoal_worker_up{worker="2"} 1.0',
    ]
    assert 'shoal_exchanges_total{model="m",outcome="ok",worker="0"} 3.0' in lines
    assert 'shoal_exchanges_total{model="m",outcome="ok",worker="2"} 4.0' in lines
    assert 'shoal_exchange_seconds_bucket{le="0.025",model="m",worker="2"} 1.0' in lines
    assert 'shoal_requests_in_flight{worker="2"} 4.0' in lines
    for kind in ("# TYPE shoal_exchanges_total counter", "# TYPE shoal_exchange_seconds histogram"):
        assert lines.count(kind) == 1


def test_workers_find_each_other_and_miss_who_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_workers, "ANSWER_S", SOON_S)

    async def run() -> tuple[bytes, bytes]:
        first, second = (WorkersMetrics(counted(number + 1), tmp_path, number, 2) for number in range(2))
        async with first.telling():
            async with second.telling():
                both = await first.page()
            return both, await first.page()

    both, one = asyncio.run(run())
    assert b'shoal_exchanges_total{model="m",outcome="ok",worker="1"} 2.0' in both
    assert b'shoal_worker_up{worker="1"} 0.0' in one
    assert b'shoal_exchanges_total{model="m",outcome="ok",worker="0"} 1.0' in one
    assert b'worker="1"}' not in one.replace(b'shoal_worker_up{worker="1"}', b"")
