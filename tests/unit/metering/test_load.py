"""The load of calibration: idle phases and busy ones, each for its windows."""

from __future__ import annotations

import asyncio

import pytest

from shoal.metering.load import Phase, Recorder, plan, run_load
from shoal.metering.sampler import Closed
from shoal.metering.sharing import Window, Work


def test_the_plan_varies_everything_and_idles_first() -> None:
    phases = list(plan(2))
    assert len(phases) == 18
    assert phases[0].at_once == 0
    busy = {(each.at_once, each.words, each.max_tokens) for each in phases if each.at_once}
    assert len(busy) == 8
    assert [len(each.prompt.split()) for each in phases[1:4]] == [20, 20, 400]


def test_a_phase_goes_on_until_its_windows_are_closed() -> None:
    async def run() -> None:
        recorder, asked = Recorder(), 0

        async def ask(phase: Phase) -> None:
            nonlocal asked
            asked += 1
            recorder.note(Closed("cpu", 1.0, Window({"a": 3.0}, 2.0, Work(1.0, 2.0, 0.5)) if asked % 2 else None))

        await run_load([Phase(2, 1, 1, 6)], ask, recorder)
        assert recorder.closed >= 6
        assert [each.joules for each in recorder.windows["cpu"]] == [5.0] * ((asked + 1) // 2)

    asyncio.run(run())


def test_a_request_that_fails_ends_the_load() -> None:
    async def run() -> None:
        async def ask(phase: Phase) -> None:
            raise KeyError("no")

        with pytest.raises(KeyError, match="no"):
            await run_load([Phase(1, 1, 1, 2)], ask, Recorder())

    asyncio.run(run())
