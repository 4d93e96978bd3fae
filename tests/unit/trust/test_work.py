"""Work that nobody waits for ends."""

from __future__ import annotations

import asyncio
import threading

import pytest

from shoal.trust.work import Abandoned, go_on, in_thread
from tests.waiting import SOON_S


def test_what_the_work_returns_comes_back() -> None:
    assert asyncio.run(in_thread(divmod, 7, 2)) == (3, 1)


def test_outside_of_a_thread_work_goes_on() -> None:
    go_on()


def test_work_ends_when_its_caller_has_gone() -> None:
    begun, gone, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        go_on()
        begun.set()
        gone.wait(SOON_S)
        try:
            go_on()
        except Abandoned:
            ended.set()
            raise

    async def main() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait, SOON_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gone.set()
        assert await asyncio.to_thread(ended.wait, SOON_S)

    asyncio.run(main())
