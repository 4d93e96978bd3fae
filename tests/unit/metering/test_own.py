"""Own work: only the time in which a step goes on is counted, in threads too; streams by every eighth piece."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from shoal.call import OWN_HOST, Purpose
from shoal.metering.own import EVERY, GUARDS, RETRIEVAL, OwnWork
from shoal.trust.work import in_thread, tell_seconds


class Clock:
    """A thread's clock that goes on where somebody works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 0.0
        monkeypatch.setattr(time, "thread_time", lambda: self.at)

    def work(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def guards(own: OwnWork) -> float:
    """CPU seconds of the line of guards."""
    found = [each for each in own.attempts(1.0, guarded=True) if each.model == GUARDS]
    return found[0].usage.cpu_s if found else 0.0


def test_what_others_do_while_a_step_waits_is_not_counted(clock: Clock) -> None:
    async def step(gate: asyncio.Event) -> str:
        clock.work(2.0)
        await gate.wait()
        clock.work(3.0)
        return "done"

    async def run() -> None:
        own, gate = OwnWork(), asyncio.Event()
        task = asyncio.ensure_future(own.task(step(gate)))
        await asyncio.sleep(0)
        clock.work(100.0)
        gate.set()
        assert await task == "done"
        assert guards(own) == pytest.approx(5)

    asyncio.run(run())


@pytest.mark.parametrize("how", ["fault", "cancelled", "shielded"])
def test_a_step_that_ends_otherwise_is_counted_and_ends_as_it_would(clock: Clock, how: str) -> None:
    async def step() -> str:
        clock.work(1.0)
        try:
            if how == "fault":
                raise KeyError("no")
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            clock.work(0.5)
            if how == "shielded":
                return "went on"
            raise
        return "never"

    async def run() -> None:
        own = OwnWork()
        task = asyncio.ensure_future(own.task(step()))
        await asyncio.sleep(0)
        task.cancel()
        (found,) = await asyncio.gather(task, return_exceptions=True)
        kinds: dict[str, Any] = {"fault": KeyError, "cancelled": asyncio.CancelledError, "shielded": str}
        assert isinstance(found, kinds[how])
        assert guards(own) == pytest.approx(1 if how == "fault" else 1.5)

    asyncio.run(run())


def test_a_deadline_ends_a_timed_step() -> None:
    async def run() -> None:
        own = OwnWork()

        async def forever() -> None:
            await asyncio.Event().wait()

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await own.timed(forever())

    asyncio.run(run())


def test_of_a_long_stream_every_eighth_piece_stands_for_eight(clock: Clock) -> None:
    async def piece() -> int:
        clock.work(0.01)
        return 1

    async def run() -> None:
        own = OwnWork()
        assert sum([await own.piece(piece()) for _ in range(80)]) == 80
        assert guards(own) == pytest.approx(0.8)
        assert EVERY == 8

    asyncio.run(run())


def test_threads_and_searches_are_told(clock: Clock) -> None:
    def search(said: str) -> str:
        clock.work(3.0)
        return said

    async def run() -> None:
        own = OwnWork()
        tell_seconds(own.spend)
        await in_thread(clock.work, 2.0)
        assert await asyncio.to_thread(own.searching(search), "found") == "found"
        lines = own.attempts(7.0, guarded=True)
        assert [(each.model, each.host, each.purpose, each.started) for each in lines] == [
            (GUARDS, OWN_HOST, Purpose.GUARD, 7.0),
            (RETRIEVAL, OWN_HOST, Purpose.RETRIEVE, 7.0),
        ]
        assert [each.usage.cpu_s for each in lines] == pytest.approx([2, 3])
        assert [each.model for each in own.attempts(7.0, guarded=False)] == [RETRIEVAL]

    asyncio.run(run())


def test_where_nothing_was_done_there_is_no_line() -> None:
    assert OwnWork().attempts(1.0, guarded=True) == []
