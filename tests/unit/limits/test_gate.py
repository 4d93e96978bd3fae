"""Gates: places, priorities, turns by shares, and who is told at once."""

from __future__ import annotations

import asyncio

import pytest

from shoal.errors import ModelBusy
from shoal.limits.gate import BATCH, INTERACTIVE, Gate, Turn


async def waiting(gate: Gate, flow: str, priority: int = INTERACTIVE) -> asyncio.Task[Turn]:
    task = asyncio.create_task(gate.enter(flow, flow.partition("/")[2], priority))
    await asyncio.sleep(0)
    return task


def test_places_then_the_queue_then_no() -> None:
    async def work() -> None:
        gate = Gate("m", 2, {}, queue=1)
        turns = [await gate.enter("o/a", "a", INTERACTIVE) for _ in range(2)]
        third = await waiting(gate, "o/a")
        with pytest.raises(ModelBusy) as busy:
            await gate.enter("o/a", "a", INTERACTIVE)
        assert busy.value.retry_after_s is not None
        turns[0].leave()
        turns[0].leave()
        await third
        assert (gate.running, gate.waiting) == (2, 0)

    asyncio.run(work())


def test_interactive_goes_before_batch() -> None:
    async def work() -> None:
        gate = Gate("m", 1, {}, queue=5)
        turn = await gate.enter("o/a", "a", INTERACTIVE)
        batch = await waiting(gate, "o/a", BATCH)
        quick = await waiting(gate, "o/a")
        turn.leave()
        (await quick).leave()
        (await batch).leave()
        assert gate.running == 0

    asyncio.run(work())


def test_teams_take_turns_by_their_shares() -> None:
    async def work() -> None:
        gate = Gate("m", 1, {"b": 2.0}, queue=20)
        turn = await gate.enter("o/x", "x", INTERACTIVE)
        order: list[str] = []

        async def one(flow: str) -> None:
            mine = await gate.enter(flow, flow[2:], INTERACTIVE)
            order.append(flow[2:])
            mine.leave()

        tasks = [asyncio.create_task(one(flow)) for flow in ["o/a"] * 6 + ["o/b"] * 6]
        await asyncio.sleep(0)
        turn.leave()
        await asyncio.gather(*tasks)
        assert order[:6].count("b") == 4

    asyncio.run(work())


def test_a_flood_gives_way_to_another_team() -> None:
    async def work() -> None:
        gate = Gate("m", 1, {}, queue=4)
        turn = await gate.enter("o/a", "a", INTERACTIVE)
        flood = [await waiting(gate, "o/a") for _ in range(4)]
        other = await waiting(gate, "o/b")
        with pytest.raises(ModelBusy):
            await flood[-1]
        assert gate.waiting == 4
        turn.leave()
        for task in (flood[0], other, *flood[1:-1]):
            (await task).leave()
        assert gate.running == 0

    asyncio.run(work())


def test_who_goes_away_leaves_no_place_taken() -> None:
    async def work() -> None:
        gate = Gate("m", 1, {}, queue=3)
        turn = await gate.enter("o/a", "a", INTERACTIVE)
        gone, stays = await waiting(gate, "o/a"), await waiting(gate, "o/a")
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        turn.leave()
        (await stays).leave()
        assert (gate.running, gate.waiting) == (0, 0)
        # The place was given in the same moment in which who waited went away.
        turn = await gate.enter("o/a", "a", INTERACTIVE)
        late = await waiting(gate, "o/a")
        turn.leave()
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        assert gate.running == 0

    asyncio.run(work())
