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


@pytest.mark.parametrize(("queue", "waits"), [(None, False), (2, True)])
def test_while_some_are_refused_nobody_begins_to_wait_for_more_than_half_of_an_answer(
    queue: int | None, waits: bool
) -> None:
    async def work() -> None:
        now = 0.0
        asyncio.get_running_loop().time = lambda: now  # type: ignore[method-assign]
        gate = Gate("m", 4, {}, queue)
        turns = [await gate.enter("o/a", "a", INTERACTIVE) for _ in range(4)]
        now = 10.0
        for turn in turns:
            turn.leave()
        # An answer takes 10 s. All begin anew, at once; two may wait for them, since nobody was refused so far.
        for _ in range(4):
            await gate.enter("o/a", "a", INTERACTIVE)
        tasks = [await waiting(gate, "o/a") for _ in range(2)]
        with pytest.raises(ModelBusy):
            await gate.enter("o/a", "a", INTERACTIVE)
        await gone(*tasks)
        for at, may in ((14.9, waits), (14.9, waits), (15.1, True)):
            now = at
            task = await waiting(gate, "o/a")
            assert task.done() is not may
            await gone(task)
        # The last one to be refused was refused so long ago that it says nothing of now.
        turns = [*gate._turns]
        now = 31.0
        for turn in turns:
            turn.leave()
            await gate.enter("o/a", "a", INTERACTIVE)
        task = await waiting(gate, "o/a")
        assert not task.done()
        await gone(task)

    asyncio.run(work())


def test_what_batch_is_refused_makes_nobody_else_wait_less() -> None:
    async def work() -> None:
        now = 0.0
        asyncio.get_running_loop().time = lambda: now  # type: ignore[method-assign]
        gate = Gate("m", 1, {})
        turn = await gate.enter("o/a", "a", BATCH)
        now = 10.0
        turn.leave()
        await gate.enter("o/a", "a", BATCH)
        tasks = [await waiting(gate, "o/a", BATCH) for _ in range(4)]
        with pytest.raises(ModelBusy):
            await gate.enter("o/a", "a", BATCH)
        quick = await waiting(gate, "o/a")
        assert not quick.done()
        await gone(quick, *tasks)

    asyncio.run(work())


async def gone(*tasks: asyncio.Task[Turn]) -> None:
    """They wait no more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Elsewhere:
    """Places of which other processes have some: as the test says."""

    shared = True

    def __init__(self, free: int) -> None:
        self.most = 4
        self.free = free
        self.owing = False
        self.wanted: list[bool] = []

    def take(self) -> bool:
        if not self.free:
            return False
        self.free -= 1
        return True

    def give(self) -> None:
        self.free += 1

    def ask(self, *, wanting: bool) -> None:
        self.wanted.append(wanting)

    def owes(self) -> bool:
        return self.owing


def test_who_waits_gets_a_place_that_another_process_gave_back() -> None:
    async def work() -> None:
        places = Elsewhere(1)
        gate = Gate("m", 2, {}, queue=3, shared=places)
        turn = await gate.enter("o/a", "a", INTERACTIVE)
        tasks = [await waiting(gate, "o/a") for _ in range(2)]
        assert places.wanted[-1]
        places.give()
        async with asyncio.timeout(60):
            second = await tasks[0]
        assert (gate.running, gate.waiting, places.free) == (2, 1, 0)
        turn.leave()
        third = await tasks[1]
        second.leave()
        third.leave()
        assert (gate.running, places.free) == (0, 2)
        async with asyncio.timeout(60):
            while places.wanted[-1]:
                await asyncio.sleep(0)

    asyncio.run(work())


def test_who_has_more_than_its_part_gives_it_back_before_those_who_wait_here() -> None:
    async def work() -> None:
        places = Elsewhere(2)
        gate = Gate("m", 1, {}, queue=3, shared=places)
        turns = [await gate.enter("o/a", "a", INTERACTIVE) for _ in range(2)]
        waits = await waiting(gate, "o/a")
        places.owing = True
        turns[0].leave()
        assert (gate.running, gate.waiting, places.free) == (1, 1, 1)
        assert places.take()
        places.owing = False
        turns[1].leave()
        (await waits).leave()
        assert (gate.running, places.free) == (0, 1)

    asyncio.run(work())


def test_of_those_who_share_each_waits_by_the_even_part_and_is_told_of_all() -> None:
    async def work() -> None:
        gate = Gate("m", 2, {}, shared=Elsewhere(1))
        await gate.enter("o/a", "a", INTERACTIVE)
        first = await waiting(gate, "o/a")
        with pytest.raises(ModelBusy, match="runs 4 requests"):
            await gate.enter("o/a", "a", INTERACTIVE)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert gate.waiting == 0

    asyncio.run(work())
